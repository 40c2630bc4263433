/*
 * tests/sync/twin_futex_locks.c - broken locks upon a futex that is right.
 */
#include "kernel/errno.h"
#include "tests/sync/twins_futex.h"

static bool lock_nothing(struct futex_mutex *m, uint64_t deadline_ns)
{
	(void)m;
	(void)deadline_ns;
	return true;
}

static void unlock_nothing(struct futex_mutex *m)
{
	(void)m;
}

/* Whoever was woken takes it as if nobody else were asleep. */
static bool lock_as_if_alone(struct futex_mutex *m, uint64_t deadline_ns)
{
	uint32_t seen = 0;

	while (!cas_acquire(&m->word, &seen, 1)) {
		uint32_t owned = 1;

		(void)cas_acquire(&m->word, &owned, 2);
		if (futex_wait(&futex_kernel, (uintptr_t)&m->word, 2,
			       deadline_ns) == -ETIMEDOUT)
			return false;
		seen = 0;
	}
	return true;
}

/* It works, but it is no fast path. */
static void unlock_and_always_wake(struct futex_mutex *m)
{
	store_release(&m->word, 0);
	futex_wake(&futex_kernel, (uintptr_t)&m->word, 1);
}

const struct futex_mutex_ops futex_mutex_that_does_nothing = {
	.name = "does nothing", .lock = lock_nothing, .unlock = unlock_nothing,
};

const struct futex_mutex_ops futex_mutex_that_forgets_the_others = {
	.name = "forgets the others", .lock = lock_as_if_alone,
	.unlock = futex_mutex_unlock,
};

const struct futex_mutex_ops futex_mutex_that_always_asks = {
	.name = "always asks", .lock = futex_mutex_lock_timeout,
	.unlock = unlock_and_always_wake,
};

static void wait_a_moment(void)
{
	for (uint64_t until = clock_ns() + 2000000; clock_ns() < until; )
		park(until);
}

/* Sleeps without having counted itself: the up sees nobody. */
static bool down_uncounted(struct futex_sem *s, uint64_t deadline_ns)
{
	while (!futex_sem_trydown(s))
		(void)!futex_wait(&futex_kernel, (uintptr_t)&s->units, 0,
				  deadline_ns);
	return true;
}

const struct futex_sem_ops futex_sem_that_counts_no_waiter = {
	.name = "counts no waiter", .down = down_uncounted, .up = futex_sem_up,
};

/* Asks for the number of signals when it has given the mutex up. */
static bool read_too_late(struct futex_cond *c, struct futex_mutex *m,
			  uint64_t deadline_ns)
{
	int err;

	store_release(&c->mutex, m);
	fetch_add_acq_rel(&c->waiting, 1);
	futex_mutex_unlock(m);
	wait_a_moment();
	err = futex_wait(&futex_kernel, (uintptr_t)&c->turns,
			 load_acquire(&c->turns), deadline_ns);
	fetch_add_acq_rel(&c->waiting, -1);
	futex_mutex_lock_contended(m);
	return err != -ETIMEDOUT;
}

/* Takes the mutex as if nobody had been moved there with it. */
static bool lock_alone(struct futex_cond *c, struct futex_mutex *m,
		       uint64_t deadline_ns)
{
	uint32_t seen = load_acquire(&c->turns);
	int err;

	store_release(&c->mutex, m);
	fetch_add_acq_rel(&c->waiting, 1);
	futex_mutex_unlock(m);
	err = futex_wait(&futex_kernel, (uintptr_t)&c->turns, seen,
			 deadline_ns);
	fetch_add_acq_rel(&c->waiting, -1);
	/* late enough for the broadcast to have given the mutex up */
	wait_a_moment();
	futex_mutex_lock(m);
	return err != -ETIMEDOUT;
}

const struct futex_cond_ops futex_cond_that_reads_too_late = {
	.name = "reads too late", .wait = read_too_late,
	.signal = futex_cond_signal, .broadcast = futex_cond_broadcast,
};

const struct futex_cond_ops futex_cond_that_locks_as_if_alone = {
	.name = "locks as if alone", .wait = lock_alone,
	.signal = futex_cond_signal, .broadcast = futex_cond_broadcast,
};

const struct futex_cond_ops futex_cond_that_wakes_one_for_all = {
	.name = "wakes one for all", .wait = futex_cond_wait_timeout,
	.signal = futex_cond_signal, .broadcast = futex_cond_signal,
};
