/*
 * tests/sync/test_semaphore.c - each line of sync/semaphore.h's Guarantees, for
 * the semaphore and against its broken twins.
 */
#include "sync/semaphore.h"

#include "tests/sync/gang.h"
#include "tests/sync/twins.h"

#define UNITS		3
#define QUEUED		GANG_MAX
#define TORTURERS	12
#define ROUNDS		40

static struct gang gang;
static struct semaphore s;
static const struct sem_ops *ops;
static struct atomic32 inside, most;
static struct atomic32 ups, downs;
static struct atomic32 order[GANG_MAX], places;

static void begin(const struct sem_ops *which, uint32_t units)
{
	ops = which;
	sem_init(&s, units);
	/* relaxed: the gang has not been let go */
	store_relaxed(&inside, 0);
	store_relaxed(&most, 0);
	store_relaxed(&places, 0);
	store_relaxed(&ups, units);
	store_relaxed(&downs, 0);
}

static int to_be_had(void)
{
	return load_acquire(&ups) - load_acquire(&downs);
}

/* Everybody returns; if not, more units than were promised free them. */
static bool all_return(struct test *t, unsigned patience)
{
	/* ended by their end, or by a sleeper that has what it waits for */
	do {
		if (gang_wait(&gang, patience))
			return true;
	} while (!waitq_count(&s.q) || !to_be_had());
	test_note(t, "%s: %u asleep, %d units to be had", ops->name,
		  waitq_count(&s.q), to_be_had());
	gang_stop(&gang);
	do {
		for (unsigned i = 0; i < GANG_MAX; i++)
			ops->up(&s);
	} while (!gang_wait(&gang, 5));
	return false;
}

/* ------------------------------------------------------------------ counting */

static void enter(void)
{
	uint32_t n = fetch_add_acq_rel(&inside, 1) + 1;
	uint32_t before = load_acquire(&most);

	fetch_add_acq_rel(&downs, 1);
	/* ends when most is at least n */
	while (before < n && !cas_acq_rel(&most, &before, n))
		;
}

static void leave(void)
{
	fetch_add_acq_rel(&inside, -1);
	fetch_add_acq_rel(&ups, 1);
	ops->up(&s);
}

static void take_somehow(struct gang_member *m)
{
	switch (gang_random(m) % 4) {
	case 0:
		ops->down(&s);
		break;
	case 1:
		for (unsigned k = 0; k < TRIES; k++) {
			if (ops->trydown(&s))
				return;
			gang_step(m);
			sleep_until(clock_ns() + 50 * US);
		}
		ops->down(&s);
		break;
	default:
		for (unsigned k = 0;
		     !ops->down_timeout(&s, gang_deadline(m, k));
		     k++)
			gang_step(m);
	}
}

/* Some leave by their timer's interrupt. */
static void come_and_go(struct gang_member *m)
{
	for (unsigned i = 0; i < ROUNDS && !gang_stopped(m); i++) {
		take_somehow(m);
		enter();
		gang_chaos(m);
		if (gang_random(m) % 4)
			leave();
		else
			gang_interrupt(m, leave);
		gang_step(m);
	}
}

static bool counts(struct test *t, const struct sem_ops *which,
		   unsigned patience)
{
	unsigned left = 0;
	bool ok;

	begin(which, UNITS);
	test_note(t, "seed 0x%lx", t->seed);
	gang_start(&gang, TORTURERS, come_and_go, t->seed);
	ok = all_return(t, patience);
	/* at most one more than it should have */
	while (left <= UNITS && ops->trydown(&s))
		left++;
	if (ok && (left != UNITS || load_acquire(&most) > UNITS))
		test_note(t, "%s: %u inside at once, %u left of %u", ops->name,
			  load_acquire(&most), left, UNITS);
	return ok && left == UNITS && load_acquire(&most) <= UNITS;
}

TEST("sync/semaphore", test_semaphore_counts_under_torture)
{
	check(t, counts(t, &sem_ops, PATIENT));
}

TEST("sync/semaphore", test_semaphore_that_counts_twice_is_caught)
{
	check(t, !counts(t, &sem_that_counts_twice, IMPATIENT));
}

/* ------------------------------------------------------- order, hand-over */

static bool queued(void *n)
{
	return waitq_count(&s.q) == *(unsigned *)n;
}

static void queue_in_turn(struct gang_member *m)
{
	gang_await_turn(m);
	ops->down(&s);
	store_release(&order[fetch_add_acq_rel(&places, 1)], m->index);
	fetch_add_acq_rel(&inside, 1);
}

static bool used(void *n)
{
	return load_acquire(&inside) == *(unsigned *)n;
}

TEST("sync/semaphore", test_semaphore_hands_units_over_in_order)
{
	begin(&sem_ops, 0);
	gang_start(&gang, QUEUED, queue_in_turn, t->seed);
	for (unsigned i = 0, n = 1; i < QUEUED; i++, n++) {
		gang_admit(&gang, i);
		check(t, wait_until_holds(queued, &n, PATIENT));
	}
	for (unsigned i = 0, n = 1; i < QUEUED; i++, n++) {
		sem_up(&s);
		check(t, !sem_trydown(&s));	/* it is promised */
		check(t, wait_until_holds(used, &n, PATIENT));
		check(t, load_acquire(&order[i]) == i);
	}
	check(t, gang_wait(&gang, PATIENT));
}

TEST("sync/semaphore", test_semaphore_trydown_takes_what_there_is)
{
	begin(&sem_ops, 2);
	check(t, sem_trydown(&s));
	check(t, sem_down_timeout(&s, 0));
	check(t, !sem_trydown(&s));
	check(t, !sem_down_timeout(&s, 0));
	sem_up(&s);
	check(t, sem_trydown(&s));
	check(t, !sem_trydown(&s));
}

/* -------------------------------------------------------------- time-outs */

static bool gives_up_cleanly(struct test *t, const struct sem_ops *which)
{
	uint64_t deadline = clock_ns() + 2 * MS;
	bool got;

	begin(which, 0);
	got = ops->down_timeout(&s, deadline);
	check(t, !got);
	check(t, clock_ns() >= deadline);
	ops->up(&s);
	got = ops->trydown(&s);
	if (!got)
		test_note(t, "%s: a unit, and nobody can have it", ops->name);
	return got && !ops->trydown(&s) && !waitq_count(&s.q);
}

TEST("sync/semaphore", test_semaphore_time_out_leaves_nothing_behind)
{
	check(t, gives_up_cleanly(t, &sem_ops));
}

TEST("sync/semaphore", test_semaphore_that_leaves_a_ghost_is_caught)
{
	check(t, !gives_up_cleanly(t, &sem_that_leaves_a_ghost));
}

TEST("sync/semaphore", test_semaphore_that_leaves_a_wish_is_caught)
{
	check(t, !gives_up_cleanly(t, &sem_that_leaves_a_wish));
}

static void put(void)
{
	fetch_add_acq_rel(&ups, 1);
	ops->up(&s);
}

/*
 * Everybody puts a unit, mostly by an interrupt, at about the time at which a
 * wait for one ends by itself.  So if all sleep, there are units to be had.
 */
static void race(struct gang_member *m)
{
	for (unsigned i = 0; i < ROUNDS && !gang_stopped(m); i++) {
		if (gang_random(m) % 4)
			gang_interrupt(m, put);
		else
			put();
		if (!ops->down_timeout(&s, gang_deadline(m, 0)))
			ops->down(&s);
		fetch_add_acq_rel(&downs, 1);
		gang_chaos(m);
		gang_step(m);
	}
}

static bool time_outs_race(struct test *t, const struct sem_ops *which,
			   unsigned patience)
{
	bool ok;

	begin(which, 0);
	test_note(t, "seed 0x%lx", t->seed);
	gang_start(&gang, TORTURERS, race, t->seed);
	ok = all_return(t, patience);
	return ok && !ops->trydown(&s) && !waitq_count(&s.q);
}

TEST("sync/semaphore", test_semaphore_unit_or_time_out_never_both)
{
	check(t, time_outs_race(t, &sem_ops, PATIENT));
}

TEST("sync/semaphore", test_semaphore_that_swallows_a_unit_is_caught)
{
	check(t, !time_outs_race(t, &sem_that_swallows_a_unit, IMPATIENT));
}

TEST("sync/semaphore", test_semaphore_that_checks_before_it_queues_is_caught)
{
	check(t, !time_outs_race(t, &sem_that_checks_before_it_queues,
				 IMPATIENT));
}
