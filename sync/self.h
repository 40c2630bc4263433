/*
 * sync/self.h - what sync/ remembers about each thread.
 *
 * Guarantees  Every struct thread embeds one struct sync_self, zeroed before
 *             the thread runs; thread_sync() of sync/park.h finds it.  Only
 *             sync/ reads or writes it.
 *             sync_self() is that of the running thread, or before there are
 *             threads one that belongs to the CPU.  An interrupt handler uses
 *             that of the thread it interrupted.
 *             sync_self_stack() fills pcs[] with at most max return addresses
 *             of another thread's stack, innermost first, as it is just now:
 *             a thread that runs meanwhile may leave nonsense there, never a
 *             fault.
 * Context     Any.
 * Cost        528 bytes in each thread.
 * Limits      A thread and the handler upon it hold SELF_HELD_MAX locks that
 *             are known; those beyond are counted and not checked.
 * See         sched/thread.h, sync/lockdep.c, docs/40-watching.md,
 *             docs/36-pi-mutex.md; bodies: sched/where.c, tests/worlds/
 */
#pragma once

#include <stdint.h>

#include "arch/atomic.h"
#include "kernel/list.h"
#include "sync/spinlock.h"

#define SELF_HELD_MAX	16
#define SELF_UNITS_MAX	4

struct lockdep;
struct pi_queue;
struct pi_waiter;

/* sync/pi_chain.c */
struct pi_self {
	struct spinlock lock;
	/* under lock */
	struct pi_waiter *blocked;	/* as what it waits, or NULL */
	uint64_t wait;			/* its number, while blocked */
	struct pi_queue *owned;		/* those that others wait for */
	int boost;			/* the most urgent of them, or 0 */
};

/* A lock that is asked for or held.  Others may read it at any time. */
struct held_lock {
	struct atomic_ptr lock;	/* NULL: being written */
	struct atomic64 what;	/* struct held_what, see sync/lockdep.h */
	struct atomic64 since;	/* when it was got, or the wait began */
};

/* Written by its own thread, and by handlers that leave it as it was. */
struct sync_self {
	struct pi_self pi;

	struct atomic32 depth;		/* of held[], in the order of asking */
	uint32_t untracked;		/* held, beyond the table */
	uint64_t told_ns;		/* began the wait that was told last */
	uint32_t id;
	const char *name;
	struct held_lock held[SELF_HELD_MAX];

	struct atomic_ptr waits_for;	/* what is no lock: sync/watch.h */
	struct atomic32 waits_kind;
	struct atomic64 waits_since;
	struct atomic_ptr units[SELF_UNITS_MAX];	/* semaphores' */

	struct lockdep *lockdep;	/* who judges; NULL: the kernel's */
	struct list listed;		/* sync/selves.c */
};

struct sync_self *sync_self(void);
unsigned sync_self_stack(const struct sync_self *s, uint64_t *pcs,
			 unsigned max);
