/*
 * sync/ticket.h - the ticket lock: fair, and as small as fair can be.
 *
 * Guarantees  Mutual exclusion.  CPUs enter in the order they asked.  What the
 *             last holder wrote before unlock, the next sees after lock.
 * Context     Any, with preemption disabled by the caller.  From NMI only
 *             ticket_trylock().  Never sleeps.
 * Cost        8 bytes.  Lock: one locked add.  Unlock: one plain store.  All
 *             waiters spin on one cache line, so each hand-over costs a miss
 *             for every one of them; sync/mcs.h is as fair and pays for one.
 * Limits      ticket_trylock() is fooled if exactly 2^32 acquisitions pass
 *             between its two steps.
 * See         docs/13-ticket.md, tests/sync/test_ticket.c
 */
#pragma once

#include "arch/atomic.h"

struct ticket {
	struct atomic32 next;	/* the ticket to draw */
	struct atomic32 owner;	/* the ticket that is called */
};

#define TICKET_INIT	{ ATOMIC32(0), ATOMIC32(0) }

void ticket_init(struct ticket *l);
void ticket_lock(struct ticket *l);
bool ticket_trylock(struct ticket *l) must_check;
void ticket_unlock(struct ticket *l);

/* For tests: it changes whenever somebody asks.  A hint otherwise. */
uintptr_t ticket_last(const struct ticket *l);
