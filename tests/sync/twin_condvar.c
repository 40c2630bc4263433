/*
 * tests/sync/twin_condvar.c - broken condition variables.
 */
#include "tests/sync/twins.h"

/* The mutex is free before the waiter is in the queue. */
static bool unlock_then_queue(struct cond *c, struct mutex *m,
			      uint64_t deadline_ns)
{
	struct waiter w;
	uint64_t was;
	bool signalled;

	mutex_unlock(m);
	/* long enough to be seen soon */
	park(clock_ns() + 500000);
	was = waitq_lock(&c->q);
	waitq_push_locked(&c->q, &w, true);
	signalled = waitq_sleep_locked(&c->q, &w, deadline_ns, was);
	waitq_unlock(&c->q, was);
	mutex_lock(m);
	return signalled;
}

/* Signalled past its deadline, it says that it was not. */
static bool swallow(struct cond *c, struct mutex *m, uint64_t deadline_ns)
{
	return cond_wait_timeout(c, m, deadline_ns) && clock_ns() < deadline_ns;
}

/* Gives up, and its node stays. */
static bool leave_a_ghost(struct cond *c, struct mutex *m, uint64_t deadline_ns)
{
	struct waiter *w = twin_waiter();
	uint64_t was = waitq_lock(&c->q);
	bool signalled;

	waitq_push_locked(&c->q, w, true);
	waitq_unlock(&c->q, was);
	mutex_unlock(m);
	do {
		park(deadline_ns);
		was = waitq_lock(&c->q);
		signalled = list_empty(&w->queued);
		waitq_unlock(&c->q, was);
	} while (!signalled && clock_ns() < deadline_ns);
	mutex_lock(m);
	return signalled;
}

/* Any return from park() is a signal to it. */
static bool do_not_look_again(struct cond *c, struct mutex *m,
			      uint64_t deadline_ns)
{
	struct waiter w;
	uint64_t was = waitq_lock(&c->q);

	waitq_push_locked(&c->q, &w, true);
	waitq_unlock(&c->q, was);
	mutex_unlock(m);
	park(deadline_ns);
	waiter_leave(&c->q, &w);
	mutex_lock(m);
	return true;
}

const struct cond_ops cond_that_unlocks_before_it_queues = {
	.name = "unlocks before it queues", .wait = unlock_then_queue,
	.signal = cond_signal, .broadcast = cond_broadcast,
};

const struct cond_ops cond_that_swallows_a_signal = {
	.name = "swallows a signal", .wait = swallow,
	.signal = cond_signal, .broadcast = cond_broadcast,
};

const struct cond_ops cond_that_leaves_a_ghost = {
	.name = "leaves a ghost", .wait = leave_a_ghost,
	.signal = cond_signal, .broadcast = cond_broadcast,
};

const struct cond_ops cond_that_does_not_look_again = {
	.name = "does not look again", .wait = do_not_look_again,
	.signal = cond_signal, .broadcast = cond_broadcast,
};

const struct cond_ops cond_that_signals_one_for_all = {
	.name = "signals one for all", .wait = cond_wait_timeout,
	.signal = cond_signal, .broadcast = cond_signal,
};

const struct cond_ops cond_that_signals_all_for_one = {
	.name = "signals all for one", .wait = cond_wait_timeout,
	.signal = cond_broadcast, .broadcast = cond_broadcast,
};
