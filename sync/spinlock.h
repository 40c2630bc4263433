/*
 * sync/spinlock.h - the everyday spin lock: queued, in four bytes.
 *
 * Guarantees  Mutual exclusion.  CPUs enter in the order they asked.  What the
 *             last holder wrote before unlock, the next sees after lock.  The
 *             holder is not preempted.  A waiter spins on a cache line of its
 *             own CPU until it is first in line.
 * Context     Any but NMI, where only spin_trylock() is allowed; never sleeps.
 *             If an interrupt handler takes the lock too, hold it with
 *             interrupts masked: was = spin_lock_irqsave(&l).
 * Cost        4 bytes.  Lock: one locked instruction when free, three when
 *             contended.  Unlock: one store of a byte.  A hand-over costs two
 *             misses, however many wait.
 * Limits      65535 / 4 CPUs.  On one CPU four contexts may wait at a time: a
 *             thread, an interrupt, an exception in it and one more; a fifth
 *             is an assertion.
 * See         docs/10-spinlock.md, tests/sync/test_spinlock.c; sync/mcs.h
 */
#pragma once

#include "arch/atomic.h"

/* word == 0: free.  held and tail are views of it (arch/atomic.h). */
struct spinlock {
	union {
		struct atomic32 word;
		struct {
			struct atomic8 held;	/* 1: somebody holds it */
			struct atomic8 unused;	/* 0 */
			struct atomic16 tail;	/* the last in line, or 0 */
		};
	};
};

#define SPINLOCK_INIT	{ { ATOMIC32(0) } }

void spin_init(struct spinlock *l);
void spin_lock(struct spinlock *l);

/* For lockdep: l is taken as the subclass-th of its class, 1 to 3. */
void spin_lock_nested(struct spinlock *l, unsigned subclass);
bool spin_trylock(struct spinlock *l) must_check;
void spin_unlock(struct spinlock *l);

uint64_t spin_lock_irqsave(struct spinlock *l) must_check;
void spin_unlock_irqrestore(struct spinlock *l, uint64_t was);

/* A hint for assertions: somebody holds l. */
bool spin_is_locked(const struct spinlock *l);

/* For tests: it changes whenever somebody queues.  A hint otherwise. */
uintptr_t spin_last(const struct spinlock *l);

/*
 * For a lock that outlives a context switch (a runqueue's): the same, but the
 * caller has preemption disabled and keeps it so.
 */
void spin_lock_raw(struct spinlock *l);
void spin_unlock_raw(struct spinlock *l);
