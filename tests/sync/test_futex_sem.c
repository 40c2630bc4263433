/*
 * tests/sync/test_futex_sem.c - each line of sync/futex_sem.h's Guarantees, for
 * the semaphore and against its broken twin.
 */
#include "sync/futex_sem.h"

#include "sync/futex.h"
#include "tests/sync/gang.h"
#include "tests/sync/twins_futex.h"

#define WORKERS		8
#define ROUNDS		80
#define UNITS		3

static struct gang gang;
static struct futex_sem s;
static const struct futex_sem_ops *ops;
static struct atomic32 inside, over, asked;

static void begin(const struct futex_sem_ops *which, uint32_t units)
{
	ops = which;
	futex_sem_init(&s, units);
	store_release(&inside, 0);
	store_release(&over, 0);
	store_release(&asked, 0);
}

static unsigned asleep(void)
{
	return futex_waiters(&futex_kernel, (uintptr_t)&s.units);
}

TEST("sync/futex_sem", test_futex_sem_with_units_never_enters_the_futex)
{
	uint64_t before = futex_calls(&futex_kernel);

	begin(&futex_sem_ops, 2);
	for (unsigned i = 0; i < 1000; i++) {
		futex_sem_down(&s);
		check(t, futex_sem_trydown(&s));
		check(t, !futex_sem_trydown(&s));
		futex_sem_up(&s);
		futex_sem_up(&s);
	}
	check(t, futex_calls(&futex_kernel) == before);
}

static void use_a_unit(struct gang_member *self)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		bool timed = gang_random(self) % 3 == 0;

		if (!ops->down(&s, timed ? gang_deadline(self, 0) : PARK_FOREVER))
			continue;
		if (fetch_add_acq_rel(&inside, 1) >= UNITS)
			store_release(&over, 1);
		gang_chaos(self);
		fetch_add_acq_rel(&inside, -1);
		ops->up(&s);
		gang_step(self);
	}
}

TEST("sync/futex_sem", test_futex_sem_conserves_units_under_torture)
{
	begin(&futex_sem_ops, UNITS);
	test_note(t, "seed 0x%lx", t->seed);
	gang_start(&gang, WORKERS, use_a_unit, t->seed);
	check(t, gang_wait(&gang, PATIENT));
	check(t, !load_acquire(&over));
	check(t, load_acquire(&s.units) == UNITS);
	check(t, load_acquire(&s.waiting) == 0);
	check(t, asleep() == 0);
}

/* ------------------------------------------------------------ lost wake-ups */

static void down_once(struct gang_member *self)
{
	(void)self;
	store_release(&asked, 1);
	(void)!ops->down(&s, PARK_FOREVER);
}

static bool has_asked(void *unused)
{
	(void)unused;
	return load_acquire(&asked) && asleep();
}

/* The only unit comes while the only waiter goes to sleep, or sleeps. */
static bool forgets_nobody(struct test *t, const struct futex_sem_ops *which,
			   unsigned looks)
{
	bool ok = true;

	for (unsigned i = 0; ok && i < 10; i++) {
		begin(which, 0);
		gang_start(&gang, 1, down_once, test_random(t));
		check(t, wait_until_holds(has_asked, NULL, PATIENT));
		ops->up(&s);
		do {
			ok = gang_wait(&gang, looks);
		} while (!ok && !(asleep() && load_acquire(&s.units)));
	}
	if (ok)
		return true;
	test_note(t, "%s: %u asleep, %u units to be had", ops->name, asleep(),
		  load_acquire(&s.units));
	do {
		futex_wake(&futex_kernel, (uintptr_t)&s.units, 1);
	} while (!gang_wait(&gang, 5));
	return false;
}

TEST("sync/futex_sem", test_futex_sem_loses_no_wake_up)
{
	check(t, forgets_nobody(t, &futex_sem_ops, PATIENT));
}

TEST("sync/futex_sem", test_futex_sem_that_counts_no_waiter_is_caught)
{
	check(t, !forgets_nobody(t, &futex_sem_that_counts_no_waiter,
				 IMPATIENT));
}

TEST("sync/futex_sem", test_futex_sem_time_out_leaves_nothing_behind)
{
	uint64_t deadline = clock_ns() + 2 * MS;

	begin(&futex_sem_ops, 0);
	check(t, !futex_sem_down_timeout(&s, deadline));
	check(t, clock_ns() >= deadline);
	check(t, asleep() == 0);
	check(t, load_acquire(&s.waiting) == 0);
	futex_sem_up(&s);
	check(t, futex_sem_trydown(&s));
}
