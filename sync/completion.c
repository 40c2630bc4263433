/*
 * sync/completion.c - a count of deeds under the queue's lock.
 *
 * Invariant   done = complete() calls that no wait has used, or DONE_FOR_ALL.
 *             done > 0 and somebody queued: never both, since complete() hands
 *             its one to the first in the queue, and a wait uses done first.
 *             A wait returns only after it had the lock.  complete() unparks
 *             under the lock, and its unlock is its last access: so whoever
 *             returned from a wait owns the memory.
 * Ordering    No atomics of its own: complete() and the wait that uses it both
 *             hold the lock, [A] of sync/spinlock.c.
 * References  Linux, kernel/sched/completion.c, and the bug that led to it: a
 *             semaphore on the stack that was gone while up() still used it.
 */
#include "sync/completion.h"

#include "sync/preempt.h"
#include "sync/watch.h"

#define DONE_FOR_ALL	UINT32_MAX

void completion_init(struct completion *c)
{
	waitq_init(&c->q);
	watch_init(&c->q.lock, WATCH_SPIN);
	c->done = 0;
}

void complete(struct completion *c)
{
	uint64_t was = waitq_lock(&c->q);
	struct waiter *w = waitq_first_locked(&c->q);

	if (w)
		waiter_wake_locked(w);
	else if (c->done != DONE_FOR_ALL)
		c->done++;
	waitq_unlock(&c->q, was);
}

void complete_all(struct completion *c)
{
	uint64_t was = waitq_lock(&c->q);
	struct waiter *w;

	c->done = DONE_FOR_ALL;
	while ((w = waitq_first_locked(&c->q)))
		waiter_wake_locked(w);
	waitq_unlock(&c->q, was);
}

static bool use_locked(struct completion *c)
{
	if (!c->done)
		return false;
	if (c->done != DONE_FOR_ALL)
		c->done--;
	return true;
}

bool wait_for_completion_timeout(struct completion *c, uint64_t deadline_ns)
{
	struct waiter w;
	uint64_t was;
	bool done;

	watch_wait(c, WATCH_COMPLETION);
	might_sleep();
	was = waitq_lock(&c->q);
	done = use_locked(c);
	if (!done) {
		waitq_push_locked(&c->q, &w, true);
		watch_sleep(c, WATCH_COMPLETION);
		done = waitq_sleep_locked(&c->q, &w, deadline_ns, was);
		watch_waited();
	}
	waitq_unlock(&c->q, was);
	return done;
}

void wait_for_completion(struct completion *c)
{
	(void)!wait_for_completion_timeout(c, PARK_FOREVER);
}

bool try_wait_for_completion(struct completion *c)
{
	uint64_t was = waitq_lock(&c->q);
	bool done = use_locked(c);

	waitq_unlock(&c->q, was);
	return done;
}

const struct completion_ops completion_ops = {
	.name = "completion",
	.complete = complete,
	.complete_all = complete_all,
	.wait = wait_for_completion_timeout,
	.try_wait = try_wait_for_completion,
};
