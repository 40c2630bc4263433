/*
 * sync/pi_chain.h - who must hurry, because somebody more urgent waits.
 *
 * Guarantees  A queue of waiters, the most urgent first, equals as they came.
 *             When nobody is inside these functions, each waiter is queued by
 *             its thread's priority, and each thread's priority is the higher
 *             of its base and of those who wait in the queues it owns; so
 *             through chains of any length.
 *             pi_walk() ends with -EDEADLK if `self` was met on the way.
 * Context     Threads and interrupts, never NMI, with no lock of a queue held
 *             but where a name says _locked.  pi_join_locked(): threads.
 * Cost        40 bytes a queue, 40 on a waiter's stack, 32 a thread.  A step of
 *             a walk takes two locks, the runqueue's, and time by the length of
 *             one queue and the number of contended queues that its owner has.
 *             The length of a chain costs steps, not the time that interrupts
 *             are masked.
 * Limits      A step gives way to whoever holds the next queue's lock, and
 *             tries again: it has no bound but theirs.
 *             A cycle of more than PI_CYCLE_MAX threads is not reported.
 *             A cycle that a time-out dissolves while it is being looked at may
 *             be reported.
 * See         docs/36-pi-mutex.md, tests/sync/test_pi_chain.c; sync/self.h
 */
#pragma once

#include "kernel/compiler.h"
#include "kernel/list.h"
#include "sync/park.h"
#include "sync/spinlock.h"

#define PI_CYCLE_MAX	1024

struct pi_queue {
	struct spinlock lock;

	/* under lock, and for writing under the owner's lock too */
	int urgency;			/* of the first in line; 0: none */
	struct thread *owner;		/* who must hurry, or NULL */

	struct list waiters;		/* under lock */
	struct pi_queue *next_owned;	/* under the owner's lock */
};

/* On the waiting thread's stack. */
struct pi_waiter {
	/* fixed while queued */
	struct thread *thread;
	struct pi_queue *q;

	/* under q->lock */
	struct list queued;
	int prio;
};

#define PI_QUEUE_INIT(name) \
	{ .lock = SPINLOCK_INIT, .waiters = LIST_INIT((name).waiters) }

void pi_queue_init(struct pi_queue *q);

uint64_t pi_queue_lock(struct pi_queue *q) must_check;
void pi_queue_unlock(struct pi_queue *q, uint64_t was);

/* The most urgent, or NULL. */
struct pi_waiter *pi_first_locked(struct pi_queue *q);

/* From now on t, which lives, is whom q's waiters wait for; NULL: nobody. */
void pi_own_locked(struct pi_queue *q, struct thread *t);

/* The caller waits in q, as w; and not any more. */
void pi_join_locked(struct pi_queue *q, struct pi_waiter *w);
void pi_leave_locked(struct pi_waiter *w);

/*
 * After the two above: q's owner is told how urgent q is now, or, without an
 * owner, the first in line is woken.  Returns whom to begin a walk with, after
 * q has been unlocked; or NULL.
 */
struct thread *pi_press_locked(struct pi_queue *q) must_check;

/*
 * Carries the priority of t on along the chain; t may be NULL, or comes from
 * pi_press_locked().  0, or -EDEADLK: t waits for self (if not NULL).
 */
int pi_walk(struct thread *t, const struct thread *self) must_check;

/* The priority of t: its base, or whose it has inherited. */
int pi_priority(struct thread *t);

/* The base priority of t, which lives, was changed. */
void pi_base_changed(struct thread *t);
