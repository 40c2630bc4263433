/*
 * tests/sync/test_futex_cond.c - each line of sync/futex_cond.h's Guarantees,
 * for the condition variable and against its broken twins.
 */
#include "sync/futex_cond.h"

#include "sync/futex.h"
#include "tests/sync/gang.h"
#include "tests/sync/twins_futex.h"

#define WAITERS		5
#define TORTURERS	10
#define ROUNDS		80
#define SLOTS		2

static struct gang gang;
static struct futex_cond c, room;
static struct futex_mutex m;
static const struct futex_cond_ops *ops;
static unsigned items;		/* under m */
static struct atomic32 over, returned, open_now;

static void begin(const struct futex_cond_ops *which)
{
	ops = which;
	futex_cond_init(&c);
	futex_cond_init(&room);
	futex_mutex_init(&m);
	items = 0;
	store_release(&over, 0);
	store_release(&returned, 0);
	store_release(&open_now, 0);
}

static unsigned at_cond(void)
{
	return futex_waiters(&futex_kernel, (uintptr_t)&c.turns);
}

static unsigned at_mutex(void)
{
	return futex_waiters(&futex_kernel, (uintptr_t)&m.word);
}

TEST("sync/futex_cond", test_futex_cond_with_nobody_never_enters_the_futex)
{
	uint64_t before = futex_calls(&futex_kernel);

	begin(&futex_cond_ops);
	for (unsigned i = 0; i < 1000; i++) {
		futex_cond_signal(&c);
		futex_cond_broadcast(&c);
	}
	check(t, futex_calls(&futex_kernel) == before);
}

static void wait_until_open(struct gang_member *self)
{
	(void)self;
	futex_mutex_lock(&m);
	while (!load_acquire(&open_now))
		(void)!ops->wait(&c, &m, PARK_FOREVER);
	fetch_add_acq_rel(&returned, 1);
	futex_mutex_unlock(&m);
}

static bool so_many_wait(void *n)
{
	return at_cond() == *(unsigned *)n;
}

static void queue_up(struct test *t, const struct futex_cond_ops *which)
{
	unsigned all = WAITERS;

	begin(which);
	gang_start(&gang, WAITERS, wait_until_open, t->seed);
	check(t, wait_until_holds(so_many_wait, &all, PATIENT));
}

/* Until all have returned; or they sleep, and the mutex is free. */
static bool all_return(struct test *t, unsigned looks)
{
	bool ok;

	do {
		ok = gang_wait(&gang, looks);
	} while (!ok && (load_acquire(&m.word) || !(at_mutex() + at_cond())));
	if (ok)
		return true;
	test_note(t, "%s: %u asleep, and the mutex is free", ops->name,
		  at_mutex() + at_cond());
	do {
		futex_wake(&futex_kernel, (uintptr_t)&m.word, 1);
		futex_wake(&futex_kernel, (uintptr_t)&c.turns, 1);
	} while (!gang_wait(&gang, 5));
	return false;
}

static bool broadcast_wakes_all(struct test *t,
				const struct futex_cond_ops *which,
				unsigned looks)
{
	queue_up(t, which);
	futex_mutex_lock(&m);
	store_release(&open_now, 1);
	ops->broadcast(&c);
	/* one is on its way to the mutex, or there already */
	if (which == &futex_cond_ops) {
		check(t, at_cond() == 0);
		check(t, at_mutex() >= WAITERS - 1);
	}
	futex_mutex_unlock(&m);
	return all_return(t, looks);
}

TEST("sync/futex_cond", test_futex_cond_broadcast_moves_all_but_one)
{
	for (unsigned i = 0; i < 5; i++)
		check(t, broadcast_wakes_all(t, &futex_cond_ops, PATIENT));
}

TEST("sync/futex_cond", test_futex_cond_that_wakes_one_for_all_is_caught)
{
	check(t, !broadcast_wakes_all(t, &futex_cond_that_wakes_one_for_all,
				      IMPATIENT));
}

TEST("sync/futex_cond", test_futex_cond_that_locks_as_if_alone_is_caught)
{
	check(t, !broadcast_wakes_all(t, &futex_cond_that_locks_as_if_alone,
				      IMPATIENT));
}

TEST("sync/futex_cond", test_futex_cond_signal_wakes_one)
{
	queue_up(t, &futex_cond_ops);
	futex_mutex_lock(&m);
	store_release(&open_now, 1);
	for (unsigned i = 1; i <= WAITERS; i++) {
		futex_cond_signal(&c);
		check(t, at_cond() == WAITERS - i);
	}
	futex_mutex_unlock(&m);
	check(t, all_return(t, PATIENT));
}

/* ------------------------------------------------- release and wait at once */

static void wait_for_item(struct gang_member *self)
{
	(void)self;
	futex_mutex_lock(&m);
	store_release(&returned, 1);
	while (!items)
		(void)!ops->wait(&c, &m, PARK_FOREVER);
	items--;
	futex_mutex_unlock(&m);
}

/* The only signal comes as soon as the mutex can be had. */
static bool releases_and_waits(struct test *t,
			       const struct futex_cond_ops *which,
			       unsigned looks)
{
	bool ok = true;

	for (unsigned i = 0; ok && i < 20; i++) {
		begin(which);
		gang_start(&gang, 1, wait_for_item, test_random(t));
		while (!load_acquire(&returned))
			park(clock_ns() + 20 * US);
		futex_mutex_lock(&m);
		items = 1;
		ops->signal(&c);
		futex_mutex_unlock(&m);
		ok = all_return(t, looks);
	}
	return ok;
}

TEST("sync/futex_cond", test_futex_cond_releases_and_waits_in_one_step)
{
	check(t, releases_and_waits(t, &futex_cond_ops, PATIENT));
}

TEST("sync/futex_cond", test_futex_cond_that_reads_too_late_is_caught)
{
	check(t, !releases_and_waits(t, &futex_cond_that_reads_too_late,
				     IMPATIENT));
}

TEST("sync/futex_cond", test_futex_cond_time_out_leaves_nothing_behind)
{
	uint64_t deadline = clock_ns() + 2 * MS;

	begin(&futex_cond_ops);
	futex_mutex_lock(&m);
	check(t, !futex_cond_wait_timeout(&c, &m, deadline));
	check(t, clock_ns() >= deadline);
	check(t, load_acquire(&m.word) != 0);
	check(t, at_cond() == 0);
	check(t, load_acquire(&c.waiting) == 0);
	futex_mutex_unlock(&m);
	check(t, load_acquire(&m.word) == 0);
}

/* -------------------------------------------------------------------- torture */

static void wait_a_while(struct gang_member *self, struct futex_cond *what)
{
	if (gang_random(self) % 2)
		futex_cond_wait(what, &m);
	else
		(void)!futex_cond_wait_timeout(what, &m, gang_deadline(self, 0));
}

static void tell(struct gang_member *self, struct futex_cond *what)
{
	if (gang_random(self) % 2)
		futex_cond_signal(what);
	else
		futex_cond_broadcast(what);
}

/* Half of them put and half of them take, through a buffer of two slots. */
static void produce_or_consume(struct gang_member *self)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		futex_mutex_lock(&m);
		if (self->index % 2) {
			while (items == SLOTS)
				wait_a_while(self, &room);
			if (++items > SLOTS)
				store_release(&over, 1);
			tell(self, &c);
		} else {
			while (!items)
				wait_a_while(self, &c);
			items--;
			tell(self, &room);
		}
		futex_mutex_unlock(&m);
		gang_chaos(self);
		gang_step(self);
	}
}

TEST("sync/futex_cond", test_futex_cond_survives_torture)
{
	begin(&futex_cond_ops);
	test_note(t, "seed 0x%lx", t->seed);
	gang_start(&gang, TORTURERS, produce_or_consume, t->seed);
	if (!check(t, gang_wait(&gang, PATIENT)))
		return;
	check(t, items == 0);
	check(t, !load_acquire(&over));
	check(t, at_cond() == 0 && at_mutex() == 0);
	check(t, load_acquire(&c.waiting) == 0);
}
