/*
 * tests/sync/twin_waitq.c - broken wait queues.
 */
#include "kernel/assert.h"
#include "tests/sync/twins.h"

struct waiter *twin_waiter(void)
{
	static struct waiter waiters[TWIN_WAITERS];
	static struct atomic32 used;
	/* relaxed: each index is drawn once */
	uint32_t i = fetch_add_relaxed(&used, 1);

	return &waiters[i % TWIN_WAITERS];
}

static void push(struct waitq *q, struct waiter *w, bool exclusive)
{
	uint64_t was = waitq_lock(q);

	waitq_push_locked(q, w, exclusive);
	waitq_unlock(q, was);
}

static bool sleep(struct waitq *q, struct waiter *w, uint64_t deadline_ns)
{
	uint64_t was = waitq_lock(q);
	bool woken = waitq_sleep_locked(q, w, deadline_ns, was);

	waitq_unlock(q, was);
	return woken;
}

/* Who is queued between the question and the sleep is not asked again. */
static bool check_then_queue(struct waitq *q, bool (*cond)(void *arg),
			     void *arg, uint64_t deadline_ns, bool exclusive)
{
	struct waiter w;

	while (!cond(arg)) {
		push(q, &w, exclusive);
		if (!sleep(q, &w, deadline_ns))
			return cond(arg);
	}
	return true;
}

/* Past the deadline it does not ask again, even when it was woken. */
static bool swallow(struct waitq *q, bool (*cond)(void *arg), void *arg,
		    uint64_t deadline_ns, bool exclusive)
{
	struct waiter w;

	while (!cond(arg)) {
		push(q, &w, exclusive);
		if (cond(arg)) {
			waiter_leave(q, &w);
			return true;
		}
		if (!sleep(q, &w, deadline_ns) || clock_ns() >= deadline_ns)
			return false;
	}
	return true;
}

/* Finds, while queued, that it need not wait, and only takes its node away. */
static bool keep(struct waitq *q, bool (*cond)(void *arg), void *arg,
		 uint64_t deadline_ns, bool exclusive)
{
	struct waiter w;
	uint64_t was;

	while (!cond(arg)) {
		push(q, &w, exclusive);
		if (cond(arg)) {
			was = waitq_lock(q);
			list_remove(&w.queued);
			waitq_unlock(q, was);
			return true;
		}
		if (!sleep(q, &w, deadline_ns))
			return cond(arg);
	}
	return true;
}

/* Returns at the deadline with its node in the queue. */
static bool leave_a_ghost(struct waitq *q, bool (*cond)(void *arg), void *arg,
			  uint64_t deadline_ns, bool exclusive)
{
	struct waiter *w = twin_waiter();

	if (cond(arg))
		return true;
	push(q, w, exclusive);
	while (!cond(arg)) {
		if (clock_ns() >= deadline_ns)
			return false;
		park(deadline_ns);
	}
	waiter_leave(q, w);
	return true;
}

const struct waitq_ops waitq_that_checks_before_it_queues = {
	.name = "checks before it queues", .wait = check_then_queue,
	.wake_one = waitq_wake_one, .wake_all = waitq_wake_all,
};

const struct waitq_ops waitq_that_swallows_a_wake_up = {
	.name = "swallows a wake-up", .wait = swallow,
	.wake_one = waitq_wake_one, .wake_all = waitq_wake_all,
};

const struct waitq_ops waitq_that_keeps_what_it_does_not_need = {
	.name = "keeps what it does not need", .wait = keep,
	.wake_one = waitq_wake_one, .wake_all = waitq_wake_all,
};

const struct waitq_ops waitq_that_leaves_a_ghost = {
	.name = "leaves a ghost", .wait = leave_a_ghost,
	.wake_one = waitq_wake_one, .wake_all = waitq_wake_all,
};

static bool real_wait(struct waitq *q, bool (*cond)(void *arg), void *arg,
		      uint64_t deadline_ns, bool exclusive)
{
	return waitq_ops.wait(q, cond, arg, deadline_ns, exclusive);
}

const struct waitq_ops waitq_that_wakes_all_for_one = {
	.name = "wakes all for one", .wait = real_wait,
	.wake_one = waitq_wake_all, .wake_all = waitq_wake_all,
};

const struct waitq_ops waitq_that_wakes_one_for_all = {
	.name = "wakes one for all", .wait = real_wait,
	.wake_one = waitq_wake_one, .wake_all = waitq_wake_one,
};
