/*
 * sync/ttas.h - test, then test-and-set, and back off when beaten.
 *
 * Guarantees  Mutual exclusion.  What the last holder wrote before unlock, the
 *             next sees after lock.  A waiter only reads while the lock is
 *             held, and backs off for a bounded time after each defeat.
 * Context     Any, with preemption disabled by the caller.  From NMI only
 *             ttas_trylock().  Never sleeps.
 * Cost        4 bytes.  Lock: one locked instruction; unlock: one store.  All
 *             waiters read one cache line: a release costs a miss for each, and
 *             a failed exchange for those that are not backing off.
 * Limits      Not fair, and backing off makes it less so: who waited longest
 *             looks least often.
 * See         docs/12-ttas.md, tests/sync/test_ttas.c; sync/ticket.h
 */
#pragma once

#include "arch/atomic.h"

/* a delay after a defeat, in turns of a spin loop; each is twice the last */
#define TTAS_DELAY_MIN	4
#define TTAS_DELAY_MAX	1024

struct ttas {
	struct atomic32 held;	/* 0: free */
};

#define TTAS_INIT	{ ATOMIC32(0) }

void ttas_init(struct ttas *l);
void ttas_lock(struct ttas *l);
bool ttas_trylock(struct ttas *l) must_check;
void ttas_unlock(struct ttas *l);
