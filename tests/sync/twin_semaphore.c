/*
 * tests/sync/twin_semaphore.c - broken semaphores.
 */
#include "tests/sync/twins.h"

/* The unit that it hands over, it counts as well. */
static void up_twice(struct semaphore *s)
{
	bool owed = waitq_count(&s->q);

	sem_up(s);
	if (owed)
		sem_up(s);
}

/* Two steps where there must be one, and others come in between. */
static bool check_then_queue(struct semaphore *s, uint64_t deadline_ns)
{
	struct waiter w;
	bool woken = true;

	while (!sem_trydown(s) && woken) {
		uint64_t was;

		park(clock_ns() + 50000);
		was = waitq_lock(&s->q);
		waitq_push_locked(&s->q, &w, true);
		woken = waitq_sleep_locked(&s->q, &w, deadline_ns, was);
		waitq_unlock(&s->q, was);
	}
	return woken;
}

static void check_then_queue_forever(struct semaphore *s)
{
	(void)check_then_queue(s, PARK_FOREVER);
}

static void add_then_wake(struct semaphore *s)
{
	fetch_add_release(&s->count, 1);
	waitq_wake_one(&s->q);
}

/* Gives up, and its node stays. */
static bool leave_a_ghost(struct semaphore *s, uint64_t deadline_ns)
{
	struct waiter *w = twin_waiter();
	uint64_t was;
	bool got;

	if ((int32_t)fetch_add_acquire(&s->count, -1) > 0)
		return true;
	was = waitq_lock(&s->q);
	waitq_push_locked(&s->q, w, true);
	waitq_unlock(&s->q, was);
	do {
		park(deadline_ns);
		was = waitq_lock(&s->q);
		got = list_empty(&w->queued);
		waitq_unlock(&s->q, was);
	} while (!got && clock_ns() < deadline_ns);
	return got;
}

/* Gives up, and its wish stays. */
static bool leave_a_wish(struct semaphore *s, uint64_t deadline_ns)
{
	bool got = sem_down_timeout(s, deadline_ns);

	if (!got)
		fetch_add_acq_rel(&s->count, -1);
	return got;
}

/* Has a unit, but says it was too late. */
static bool swallow(struct semaphore *s, uint64_t deadline_ns)
{
	return sem_down_timeout(s, deadline_ns) && clock_ns() < deadline_ns;
}

const struct sem_ops sem_that_counts_twice = {
	.name = "counts twice", .down = sem_down, .trydown = sem_trydown,
	.down_timeout = sem_down_timeout, .up = up_twice,
};

const struct sem_ops sem_that_checks_before_it_queues = {
	.name = "checks before it queues", .trydown = sem_trydown,
	.down = check_then_queue_forever, .down_timeout = check_then_queue,
	.up = add_then_wake,
};

const struct sem_ops sem_that_leaves_a_ghost = {
	.name = "leaves a ghost", .down = sem_down, .trydown = sem_trydown,
	.down_timeout = leave_a_ghost, .up = sem_up,
};

const struct sem_ops sem_that_leaves_a_wish = {
	.name = "leaves a wish", .down = sem_down, .trydown = sem_trydown,
	.down_timeout = leave_a_wish, .up = sem_up,
};

const struct sem_ops sem_that_swallows_a_unit = {
	.name = "swallows a unit", .down = sem_down, .trydown = sem_trydown,
	.down_timeout = swallow, .up = sem_up,
};
