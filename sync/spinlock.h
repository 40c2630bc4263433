/*
 * sync/spinlock.h - the everyday spin lock.
 *
 * Guarantees  Mutual exclusion.  CPUs enter in the order they asked.  What the
 *             last holder wrote before unlock, the next sees after lock.  The
 *             holder is not preempted.
 * Context     Any but NMI, where only spin_trylock() is allowed; never sleeps.
 *             If an interrupt handler takes the lock too, hold it with
 *             interrupts masked: was = spin_lock_irqsave(&l).
 * Cost        8 bytes.  Lock: one locked add.  Unlock: one plain store.  All
 *             waiters spin on one cache line.
 * Limits      spin_trylock() is fooled if exactly 2^32 acquisitions pass
 *             between its two steps.
 * See         docs/10-spinlock.md, tests/sync/test_spinlock.c
 */
#pragma once

#include "arch/atomic.h"

struct spinlock {
	struct atomic32 next;	/* the ticket to draw */
	struct atomic32 owner;	/* the ticket that is called */
};

#define SPINLOCK_INIT	{ ATOMIC32(0), ATOMIC32(0) }

void spin_init(struct spinlock *l);
void spin_lock(struct spinlock *l);
bool spin_trylock(struct spinlock *l) must_check;
void spin_unlock(struct spinlock *l);

uint64_t spin_lock_irqsave(struct spinlock *l) must_check;
void spin_unlock_irqrestore(struct spinlock *l, uint64_t was);

/* A hint for assertions: somebody holds l. */
bool spin_is_locked(const struct spinlock *l);

/*
 * For a lock that outlives a context switch (a runqueue's): the same, but the
 * caller has preemption disabled and keeps it so.
 */
void spin_lock_raw(struct spinlock *l);
void spin_unlock_raw(struct spinlock *l);
