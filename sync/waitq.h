/*
 * sync/waitq.h - a queue of threads that wait for something to become true.
 *
 * Guarantees  wait_event() returns when cond(arg) was true; it is asked before
 *             the caller is queued, and again after.  So whoever makes it true
 *             first and calls a waitq_wake_*() afterwards loses no wake-up.
 *             waitq_wake_one() wakes every shared waiter and the exclusive one
 *             that waits longest; waitq_wake_all() wakes all.  Each wake-up
 *             goes to a waiter that no other wake-up has gone to.
 *             The _timeout forms return cond(arg)'s last answer: true also if
 *             it became true only as the time ran out.  Who leaves by time-out
 *             leaves nothing behind.  An exclusive waiter that was woken but
 *             turns out not to need it wakes the next.
 * Context     Waiting: where might_sleep() allows.  Waking: threads and
 *             interrupts, with any other lock held, never NMI.  cond() runs in
 *             the waiter, without the queue's lock, any number of times; it
 *             may take locks and sleep.
 * Cost        24 bytes, and 32 on the waiter's stack.  A wake-up takes the
 *             queue's lock even when nobody waits: see the chapter for why.
 * Limits      Exclusive waiters of one queue wait for the same thing, each for
 *             one unit of it.  A waiter that was woken in vain queues at the
 *             end again.  waitq_wake_all() holds the lock, interrupts masked,
 *             for as long as it takes to wake them all.
 * See         docs/30-waitq.md, tests/sync/test_waitq.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"
#include "kernel/list.h"
#include "sync/park.h"
#include "sync/spinlock.h"

struct waitq {
	struct spinlock lock;
	struct list waiters;	/* under lock: the shared, then the exclusive */
};

/* On the waiting thread's stack. */
struct waiter {
	struct list queued;	/* under the queue's lock; unlinked: woken */
	struct thread *thread;
	bool exclusive;
};

#define WAITQ_INIT(name)	{ SPINLOCK_INIT, LIST_INIT((name).waiters) }

void waitq_init(struct waitq *q);

void wait_event(struct waitq *q, bool (*cond)(void *arg), void *arg);
bool wait_event_timeout(struct waitq *q, bool (*cond)(void *arg), void *arg,
			uint64_t deadline_ns) must_check;
void wait_exclusive(struct waitq *q, bool (*cond)(void *arg), void *arg);
bool wait_exclusive_timeout(struct waitq *q, bool (*cond)(void *arg),
			    void *arg, uint64_t deadline_ns) must_check;

void waitq_wake_one(struct waitq *q);
void waitq_wake_all(struct waitq *q);

/* How many are queued just now. */
unsigned waitq_count(struct waitq *q);

/*
 * The parts, for a primitive that keeps state of its own under the queue's
 * lock and hands things over to the waiter that it wakes.
 */
uint64_t waitq_lock(struct waitq *q) must_check;
void waitq_unlock(struct waitq *q, uint64_t was);

/* The caller, as a waiter: a shared one in front, an exclusive one behind. */
void waitq_push_locked(struct waitq *q, struct waiter *w, bool exclusive);

/*
 * The caller sleeps until w is woken, and true; or until the deadline, and
 * false: then w is unlinked and nobody woke it.  The lock is given up meanwhile
 * and held again at the return; was is what waitq_lock() returned.
 */
bool waitq_sleep_locked(struct waitq *q, struct waiter *w, uint64_t deadline_ns,
			uint64_t was) must_check;

void waiter_wake_locked(struct waiter *w);

/*
 * w need not wait; q is not locked.  A wake-up that an exclusive waiter got
 * nevertheless goes to the next one.
 */
void waiter_leave(struct waitq *q, struct waiter *w);

/* The first in the queue, or NULL. */
struct waiter *waitq_first_locked(struct waitq *q);

/* What a test may put something else in the place of. */
struct waitq_ops {
	const char *name;
	bool (*wait)(struct waitq *q, bool (*cond)(void *arg), void *arg,
		     uint64_t deadline_ns, bool exclusive) must_check;
	void (*wake_one)(struct waitq *q);
	void (*wake_all)(struct waitq *q);
};

extern const struct waitq_ops waitq_ops;
