/*
 * sync/condvar.c - queue first, unlock then, sleep last.
 *
 * Invariant   A waiter is queued while it still owns the mutex.  So whoever
 *             changes the condition under the mutex afterwards, and signals,
 *             finds it in the queue.
 *             It leaves the queue by a signal, or by its time-out, under the
 *             queue's lock: one of them, and that is what it returns.
 *             A broadcast empties the queue without letting go of its lock: who
 *             comes later is not meant.
 * Ordering    No atomics of its own.  The condition is the mutex's business.
 * References  Mesa's monitors: Lampson and Redell, CACM 23(2), 1980.  Birrell,
 *             An introduction to programming with threads, DEC SRC-35, 1989.
 */
#include "sync/condvar.h"

#include "kernel/assert.h"
#include "sync/preempt.h"
#include "sync/watch.h"

void cond_init(struct cond *c)
{
	waitq_init(&c->q);
	watch_init(&c->q.lock, WATCH_SPIN);
}

bool cond_wait_timeout(struct cond *c, struct mutex *m, uint64_t deadline_ns)
{
	struct waiter w;
	uint64_t was;
	bool signalled;

	watch_wait(c, WATCH_COND);
	might_sleep();
	assert(mutex_is_mine(m));
	was = waitq_lock(&c->q);
	waitq_push_locked(&c->q, &w, true);
	waitq_unlock(&c->q, was);
	mutex_unlock(m);
	was = waitq_lock(&c->q);
	watch_sleep(c, WATCH_COND);
	signalled = waitq_sleep_locked(&c->q, &w, deadline_ns, was);
	watch_waited();
	waitq_unlock(&c->q, was);
	mutex_lock(m);
	return signalled;
}

void cond_wait(struct cond *c, struct mutex *m)
{
	(void)!cond_wait_timeout(c, m, PARK_FOREVER);
}

void cond_signal(struct cond *c)
{
	waitq_wake_one(&c->q);
}

void cond_broadcast(struct cond *c)
{
	waitq_wake_all(&c->q);
}

const struct cond_ops cond_ops = {
	.name = "cond",
	.wait = cond_wait_timeout,
	.signal = cond_signal,
	.broadcast = cond_broadcast,
};
