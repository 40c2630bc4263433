/*
 * tests/sync/test_futex_mutex.c - each line of sync/futex_mutex.h's Guarantees,
 * for the mutex and against its broken twins.
 */
#include "sync/futex_mutex.h"

#include "sync/futex.h"
#include "tests/sync/gang.h"
#include "tests/sync/twins_futex.h"

#define WORKERS		8
#define ROUNDS		80
#define SLEEPERS	3

static struct gang gang;
static struct futex_mutex m;
static const struct futex_mutex_ops *ops;
static struct atomic32 inside, overlaps, entered, given_up;
static uint64_t plain;

static void begin(const struct futex_mutex_ops *which)
{
	ops = which;
	futex_mutex_init(&m);
	plain = 0;
	store_release(&inside, 0);
	store_release(&overlaps, 0);
	store_release(&entered, 0);
	store_release(&given_up, 0);
}

static unsigned asleep(void)
{
	return futex_waiters(&futex_kernel, (uintptr_t)&m.word);
}

/* A proof, not a measurement: the futex counts who comes. */
static bool stays_out(struct test *t, const struct futex_mutex_ops *which)
{
	uint64_t before = futex_calls(&futex_kernel), calls;

	begin(which);
	for (unsigned i = 0; i < 1000; i++) {
		check(t, ops->lock(&m, PARK_FOREVER));
		check(t, !futex_mutex_trylock(&m));
		ops->unlock(&m);
		check(t, futex_mutex_trylock(&m));
		ops->unlock(&m);
	}
	calls = futex_calls(&futex_kernel) - before;
	if (calls)
		test_note(t, "%s: entered the futex %lu times", ops->name,
			  (unsigned long)calls);
	return !calls;
}

TEST("sync/futex_mutex", test_futex_mutex_free_never_enters_the_futex)
{
	check(t, stays_out(t, &futex_mutex_ops));
}

TEST("sync/futex_mutex", test_futex_mutex_that_always_asks_is_caught)
{
	check(t, !stays_out(t, &futex_mutex_that_always_asks));
}

static void add_under_lock(struct gang_member *self)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		bool timed = gang_random(self) % 3 == 0;

		if (!ops->lock(&m, timed ? gang_deadline(self, 0) :
					   PARK_FOREVER)) {
			fetch_add_acq_rel(&given_up, 1);
			continue;
		}
		/* relaxed: counts only; the mutex is what is being tested */
		if (fetch_add_relaxed(&inside, 1))
			fetch_add_relaxed(&overlaps, 1); /* relaxed: as above */
		else if (ops == &futex_mutex_ops)
			plain++;
		gang_chaos(self);
		fetch_add_relaxed(&inside, -1);	/* relaxed: as above */
		ops->unlock(&m);
		gang_step(self);
	}
}

static bool excludes(struct test *t, const struct futex_mutex_ops *which)
{
	uint32_t n;

	begin(which);
	test_note(t, "seed 0x%lx", t->seed);
	gang_start(&gang, WORKERS, add_under_lock, t->seed);
	check(t, gang_wait(&gang, PATIENT));
	n = load_acquire(&overlaps);
	if (n)
		test_note(t, "%s: %u times two were inside at once", ops->name,
			  n);
	return !n;
}

TEST("sync/futex_mutex", test_futex_mutex_excludes_under_torture)
{
	check(t, excludes(t, &futex_mutex_ops));
	check(t, plain == WORKERS * ROUNDS - load_acquire(&given_up));
	check(t, load_acquire(&m.word) == 0);
	check(t, asleep() == 0);
}

TEST("sync/futex_mutex", test_futex_mutex_that_does_nothing_is_caught)
{
	check(t, !excludes(t, &futex_mutex_that_does_nothing));
}

/* ----------------------------------------------------- nobody is forgotten */

static void come_once(struct gang_member *self)
{
	(void)self;
	(void)!ops->lock(&m, PARK_FOREVER);
	fetch_add_acq_rel(&entered, 1);
	ops->unlock(&m);
}

static bool so_many_asleep(void *n)
{
	return asleep() == *(unsigned *)n;
}

/* One unlock of ours; each of the others must wake the next. */
static bool forgets_nobody(struct test *t, const struct futex_mutex_ops *which,
			   unsigned looks)
{
	unsigned all = SLEEPERS;
	bool ok;

	begin(which);
	check(t, futex_mutex_trylock(&m));
	gang_start(&gang, SLEEPERS, come_once, t->seed);
	check(t, wait_until_holds(so_many_asleep, &all, PATIENT));
	futex_mutex_unlock(&m);
	do {
		ok = gang_wait(&gang, looks);
	} while (!ok && (!asleep() || load_acquire(&m.word)));
	if (ok)
		return true;
	test_note(t, "%s: %u asleep, and the mutex is free", ops->name,
		  asleep());
	do {
		futex_wake(&futex_kernel, (uintptr_t)&m.word, 1);
	} while (!gang_wait(&gang, 5));
	return false;
}

TEST("sync/futex_mutex", test_futex_mutex_forgets_nobody)
{
	for (unsigned i = 0; i < 5; i++)
		check(t, forgets_nobody(t, &futex_mutex_ops, PATIENT));
}

TEST("sync/futex_mutex", test_futex_mutex_that_forgets_the_others_is_caught)
{
	check(t, !forgets_nobody(t, &futex_mutex_that_forgets_the_others,
				 IMPATIENT));
}

TEST("sync/futex_mutex", test_futex_mutex_time_out_leaves_nothing_behind)
{
	uint64_t deadline = clock_ns() + 2 * MS;

	begin(&futex_mutex_ops);
	check(t, futex_mutex_trylock(&m));
	check(t, !futex_mutex_lock_timeout(&m, deadline));
	check(t, clock_ns() >= deadline);
	check(t, asleep() == 0);
	futex_mutex_unlock(&m);
	check(t, load_acquire(&m.word) == 0);
}
