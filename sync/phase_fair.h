/*
 * sync/phase_fair.h - readers and writers take turns.
 *
 * Guarantees  A writer is alone; readers are with each other; what either did
 *             before unlock is seen as sync/rwlock.h says.  The holder is not
 *             preempted.
 *             Phases of reading and of writing alternate while both are asked
 *             for.  Once a reader has asked, at most one writer enters before
 *             it: whoever is inside or next.  Once a writer has asked, only
 *             writers that asked earlier enter before it, in the order they
 *             asked, and between two of them one phase of readers.
 * Context     Any but NMI; never sleeps.  There is no try form: a ticket that
 *             is drawn cannot be given back.  A reader must not lock again
 *             while it holds: a writer may have asked meanwhile, for which the
 *             second lock would wait.  So if an interrupt handler takes the
 *             lock at all, everybody masks interrupts, readers too:
 *             was = phase_fair_read_lock_irqsave(&l).
 * Cost        16 bytes.  Read lock and unlock: one locked instruction each.
 *             Write lock: two; unlock: one and a store.
 * Limits      At most 2^24 - 1 readers and 2^32 - 1 writers at a time.  All
 *             wait on shared lines.
 * See         docs/22-phase-fair.md, tests/sync/test_phase_fair.c
 */
#pragma once

#include "arch/atomic.h"

#define PHASE_FAIR_PHASE	0x1u	/* which writer: odd ones, even ones */
#define PHASE_FAIR_PRESENT	0x2u	/* a writer is inside or next */
#define PHASE_FAIR_WRITER	(PHASE_FAIR_PRESENT | PHASE_FAIR_PHASE)
#define PHASE_FAIR_READER	0x100u	/* one reader; bits 2 to 7 are unused */

struct phase_fair {
	struct atomic32 readers_in;	/* readers that asked, and WRITER */
	struct atomic32 readers_out;	/* readers that left */
	struct atomic32 next;		/* the writers' ticket to draw */
	struct atomic32 owner;		/* the writers' ticket that is called */
};

#define PHASE_FAIR_INIT	{ ATOMIC32(0), ATOMIC32(0), ATOMIC32(0), ATOMIC32(0) }

void phase_fair_init(struct phase_fair *l);
void phase_fair_read_lock(struct phase_fair *l);
void phase_fair_read_unlock(struct phase_fair *l);
void phase_fair_write_lock(struct phase_fair *l);
void phase_fair_write_unlock(struct phase_fair *l);

uint64_t phase_fair_read_lock_irqsave(struct phase_fair *l) must_check;
void phase_fair_read_unlock_irqrestore(struct phase_fair *l, uint64_t was);
uint64_t phase_fair_write_lock_irqsave(struct phase_fair *l) must_check;
void phase_fair_write_unlock_irqrestore(struct phase_fair *l, uint64_t was);
