/*
 * tests/sync/twin_completion.c - broken completions.
 */
#include "tests/sync/twins.h"

/* A deed that nobody waits for yet is forgotten. */
static void only_wake(struct completion *c)
{
	waitq_wake_one(&c->q);
}

/* Any return from park() will do. */
static bool park_once(struct completion *c, uint64_t deadline_ns)
{
	struct waiter *w = twin_waiter();
	uint64_t was = waitq_lock(&c->q);
	bool done = c->done;

	if (done) {
		c->done--;
		waitq_unlock(&c->q, was);
		return true;
	}
	waitq_push_locked(&c->q, w, true);
	waitq_unlock(&c->q, was);
	park(deadline_ns);
	return true;
}

const struct completion_ops completion_that_forgets = {
	.name = "forgets", .complete = only_wake,
	.complete_all = complete_all, .wait = wait_for_completion_timeout,
	.try_wait = try_wait_for_completion,
};

const struct completion_ops completion_that_lets_all_through = {
	.name = "lets all through", .complete = complete_all,
	.complete_all = complete_all, .wait = wait_for_completion_timeout,
	.try_wait = try_wait_for_completion,
};

const struct completion_ops completion_that_lets_one_through = {
	.name = "lets one through", .complete = complete,
	.complete_all = complete, .wait = wait_for_completion_timeout,
	.try_wait = try_wait_for_completion,
};

const struct completion_ops completion_that_does_not_look_again = {
	.name = "does not look again", .complete = complete,
	.complete_all = complete_all, .wait = park_once,
	.try_wait = try_wait_for_completion,
};
