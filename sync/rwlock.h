/*
 * sync/rwlock.h - many readers or one writer, and readers go first.
 *
 * Guarantees  A writer is alone.  Readers are with each other.  What the last
 *             writer wrote before unlock, the next reader or writer sees after
 *             lock; a writer comes after all that the readers before it did.
 *             The holder is not preempted.
 *             A reader waits only while a writer is inside, never for one that
 *             waits: so a reader may lock again, itself or in an interrupt
 *             handler upon it.
 * Context     Any but NMI, where only the try forms are allowed; never sleeps.
 *             If an interrupt handler reads, write with interrupts masked:
 *             was = rwlock_write_lock_irqsave(&l); readers need not.  If a
 *             handler writes, everybody masks them.
 * Cost        4 bytes.  Read lock and unlock, write lock and unlock: one
 *             locked instruction each, all on one cache line: readers do not
 *             wait for each other, but their line does.
 * Limits      No fairness: there is no bound on how many readers enter while a
 *             writer waits, and as long as readers overlap it waits; nor on
 *             how many writers enter while another one, or a reader, waits.
 *             sync/phase_fair.h has bounds for both.  At most 2^31 - 1 readers.
 * See         docs/21-rwlock.md, tests/sync/test_rwlock.c
 */
#pragma once

#include "arch/atomic.h"

#define RWLOCK_WRITER	0x80000000u

struct rwlock {
	struct atomic32 word;	/* RWLOCK_WRITER + readers inside or trying */
};

#define RWLOCK_INIT	{ ATOMIC32(0) }

void rwlock_init(struct rwlock *l);
void rwlock_read_lock(struct rwlock *l);
void rwlock_read_unlock(struct rwlock *l);
void rwlock_write_lock(struct rwlock *l);
void rwlock_write_unlock(struct rwlock *l);

bool rwlock_read_trylock(struct rwlock *l) must_check;
bool rwlock_write_trylock(struct rwlock *l) must_check;

uint64_t rwlock_read_lock_irqsave(struct rwlock *l) must_check;
void rwlock_read_unlock_irqrestore(struct rwlock *l, uint64_t was);
uint64_t rwlock_write_lock_irqsave(struct rwlock *l) must_check;
void rwlock_write_unlock_irqrestore(struct rwlock *l, uint64_t was);
