/*
 * tests/sync/twin_mutex.c - broken mutexes.
 */
#include "tests/sync/twins.h"

static uint64_t self_word(void)
{
	return (uintptr_t)thread_self();
}

static void lock_nothing(struct mutex *m)
{
	store_release(&m->owner, self_word());
}

static void unlock_nothing(struct mutex *m)
{
	store_release(&m->owner, 0);
}

/* Looks, and then takes: two steps, and others look in between. */
static void lock_in_two_steps(struct mutex *m)
{
	while (load_acquire(&m->owner))
		park(clock_ns() + 1000);
	park(clock_ns() + 20000);
	store_release(&m->owner, self_word());
}

/* A look, a while, and then into the queue: the mutex is free by then. */
static void look_then_queue(struct mutex *m)
{
	struct waiter w;
	uint64_t free = 0;

	while (!cas_acquire(&m->owner, &free, self_word())) {
		uint64_t was;

		free = 0;
		while (load_acquire(&m->owner))
			park(clock_ns() + 20000);
		was = waitq_lock(&m->q);
		waitq_push_locked(&m->q, &w, true);
		(void)!waitq_sleep_locked(&m->q, &w, PARK_FOREVER, was);
		waitq_unlock(&m->q, was);
	}
}

static void free_then_wake(struct mutex *m)
{
	store_release(&m->owner, 0);
	waitq_wake_one(&m->q);
}

/* Frees, wakes, and never hands over: who comes along wins. */
static void unlock_without_hand_over(struct mutex *m)
{
	uint64_t was = waitq_lock(&m->q);
	struct waiter *w = waitq_first_locked(&m->q);

	store_release(&m->owner, w ? 1 : 0);
	if (w)
		unpark(w->thread);
	waitq_unlock(&m->q, was);
}

/* It was handed the mutex at the last moment, and says "too late". */
static bool swallow(struct mutex *m, uint64_t deadline_ns)
{
	return mutex_lock_timeout(m, deadline_ns) && clock_ns() < deadline_ns;
}

const struct mutex_ops mutex_that_does_nothing = {
	.name = "does nothing", .lock = lock_nothing,
	.trylock = mutex_trylock, .lock_timeout = mutex_lock_timeout,
	.unlock = unlock_nothing,
};

const struct mutex_ops mutex_in_two_steps = {
	.name = "in two steps", .lock = lock_in_two_steps,
	.trylock = mutex_trylock, .lock_timeout = mutex_lock_timeout,
	.unlock = unlock_nothing,
};

const struct mutex_ops mutex_that_looks_before_it_queues = {
	.name = "looks before it queues", .lock = look_then_queue,
	.trylock = mutex_trylock, .lock_timeout = mutex_lock_timeout,
	.unlock = free_then_wake,
};

const struct mutex_ops mutex_that_never_hands_over = {
	.name = "never hands over", .lock = mutex_lock,
	.trylock = mutex_trylock, .lock_timeout = mutex_lock_timeout,
	.unlock = unlock_without_hand_over,
};

const struct mutex_ops mutex_that_swallows_its_turn = {
	.name = "swallows its turn", .lock = mutex_lock,
	.trylock = mutex_trylock, .lock_timeout = swallow,
	.unlock = mutex_unlock,
};
