/*
 * sync/waitq.c - a list under a lock, and who is in it sleeps.
 *
 * Invariant   A waiter is linked from the moment it is queued until exactly one
 *             of three takes it out, under the lock: a wake-up, its own
 *             time-out, or its own finding that it need not wait.  Being
 *             unlinked *is* having been woken: the token of unpark() only says
 *             "look again".  So a token that cond() ate, or one that was left
 *             over, does no harm.
 *             The waker unparks under the lock, and who was woken takes the
 *             lock before it returns: so the waiter, on its thread's stack, and
 *             the thread itself are there for as long as the waker needs them.
 * Ordering    No atomics of its own; the lock's edge ([A] of sync/spinlock.c)
 *             is enough.  The waker changes the condition and then takes the
 *             lock; the waiter queues under the lock and then asks.  Whoever
 *             takes the lock second sees what the other did before: the waker
 *             finds the waiter, or the waiter finds the condition true.  A
 *             waker that skipped the lock when the list looks empty would need
 *             a full barrier on either side.
 * References  Mesa's rule that a woken waiter asks again: Lampson and Redell,
 *             CACM 23(2), 1980.  Exclusive and shared waiters: Linux,
 *             kernel/sched/wait.c.
 */
#include "sync/waitq.h"

#include "sync/preempt.h"
#include "sync/watch.h"

void waitq_init(struct waitq *q)
{
	spin_init(&q->lock);
	list_init(&q->waiters);
	watch_init(&q->lock, WATCH_SPIN);
}

uint64_t waitq_lock(struct waitq *q)
{
	return spin_lock_irqsave(&q->lock);
}

void waitq_unlock(struct waitq *q, uint64_t was)
{
	spin_unlock_irqrestore(&q->lock, was);
}

void waitq_push_locked(struct waitq *q, struct waiter *w, bool exclusive)
{
	w->thread = thread_self();
	w->exclusive = exclusive;
	if (exclusive)
		list_push_back(&q->waiters, &w->queued);
	else
		list_push_front(&q->waiters, &w->queued);
}

bool waitq_sleep_locked(struct waitq *q, struct waiter *w, uint64_t deadline_ns,
			uint64_t was)
{
	/* ended by a waker, or by the clock */
	while (!list_empty(&w->queued)) {
		if (park_is_over(deadline_ns)) {
			list_remove(&w->queued);
			return false;
		}
		waitq_unlock(q, was);
		park(deadline_ns);
		was = waitq_lock(q);
	}
	return true;
}

void waiter_wake_locked(struct waiter *w)
{
	list_remove(&w->queued);
	unpark(w->thread);
}

struct waiter *waitq_first_locked(struct waitq *q)
{
	if (list_empty(&q->waiters))
		return NULL;
	return list_entry(q->waiters.next, struct waiter, queued);
}

/* All shared waiters, and the first exclusive ones, as many as there are. */
static void wake_locked(struct waitq *q, unsigned exclusive)
{
	struct waiter *w;

	while ((w = waitq_first_locked(q)) && (!w->exclusive || exclusive)) {
		exclusive -= w->exclusive;
		waiter_wake_locked(w);
	}
}

static void wake(struct waitq *q, unsigned exclusive)
{
	uint64_t was = waitq_lock(q);

	wake_locked(q, exclusive);
	waitq_unlock(q, was);
}

void waitq_wake_one(struct waitq *q)
{
	wake(q, 1);
}

void waitq_wake_all(struct waitq *q)
{
	wake(q, UINT32_MAX);
}

void waiter_leave(struct waitq *q, struct waiter *w)
{
	uint64_t was = waitq_lock(q);

	if (!list_empty(&w->queued))
		list_remove(&w->queued);
	else if (w->exclusive)
		wake_locked(q, 1);
	waitq_unlock(q, was);
}

static bool wait(struct waitq *q, bool (*cond)(void *arg), void *arg,
		 uint64_t deadline_ns, bool exclusive)
{
	struct waiter w;
	uint64_t was;
	bool woken;

	watch_wait(q, WATCH_WAITQ);
	might_sleep();
	if (cond(arg))
		return true;
	/* ended by the condition, or by the clock */
	do {
		was = waitq_lock(q);
		waitq_push_locked(q, &w, exclusive);
		waitq_unlock(q, was);
		if (cond(arg)) {
			waiter_leave(q, &w);
			return true;
		}
		was = waitq_lock(q);
		watch_sleep(q, WATCH_WAITQ);
		woken = waitq_sleep_locked(q, &w, deadline_ns, was);
		watch_waited();
		waitq_unlock(q, was);
	} while (woken && !cond(arg));
	return woken || cond(arg);
}

void wait_event(struct waitq *q, bool (*cond)(void *arg), void *arg)
{
	(void)wait(q, cond, arg, PARK_FOREVER, false);
}

bool wait_event_timeout(struct waitq *q, bool (*cond)(void *arg), void *arg,
			uint64_t deadline_ns)
{
	return wait(q, cond, arg, deadline_ns, false);
}

void wait_exclusive(struct waitq *q, bool (*cond)(void *arg), void *arg)
{
	(void)wait(q, cond, arg, PARK_FOREVER, true);
}

bool wait_exclusive_timeout(struct waitq *q, bool (*cond)(void *arg),
			    void *arg, uint64_t deadline_ns)
{
	return wait(q, cond, arg, deadline_ns, true);
}

unsigned waitq_count(struct waitq *q)
{
	uint64_t was = waitq_lock(q);
	unsigned n = 0;

	list_for_each(node, &q->waiters)
		n++;
	waitq_unlock(q, was);
	return n;
}

const struct waitq_ops waitq_ops = {
	.name = "waitq",
	.wait = wait,
	.wake_one = waitq_wake_one,
	.wake_all = waitq_wake_all,
};
