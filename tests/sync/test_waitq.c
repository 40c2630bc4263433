/*
 * tests/sync/test_waitq.c - each line of sync/waitq.h's Guarantees, for the
 * queue and against its broken twins.
 *
 * A claim is a function that returns whether it held for the operations it is
 * given, and says what it saw if not.  "Asleep although its condition holds" is
 * never a matter of time: the watcher sees the waiter in the queue when nobody
 * is left who could wake it, or when no member of the gang does a step any
 * more; and then it wakes the sleeper itself, which had the condition all the
 * while.
 */
#include "sync/waitq.h"

#include "arch/cpu.h"
#include "tests/sync/gang.h"
#include "tests/sync/twins.h"

#define SHARED		3
#define EXCLUSIVE	4
#define ROUNDS		40
#define TORTURERS	12

static struct gang gang;
static struct waitq q = WAITQ_INIT(q);
static const struct waitq_ops *ops;
static struct atomic32 units, asked;
static struct atomic32 got[GANG_MAX];	/* what member i's wait returned + 1 */
static uint64_t deadlines[GANG_MAX];

static void begin(const struct waitq_ops *which)
{
	ops = which;
	waitq_init(&q);
	/* relaxed: the gang has not been let go; and so below */
	store_relaxed(&units, 0);
	store_relaxed(&asked, 0);
	for (unsigned i = 0; i < GANG_MAX; i++) {
		store_relaxed(&got[i], 0);
		deadlines[i] = PARK_FOREVER;
	}
}

/* Takes a unit if there is one. */
static bool take(void *unused)
{
	uint32_t n = load_acquire(&units);

	(void)unused;
	/* ends when one was taken, or there is none */
	while (n)
		if (cas_acq_rel(&units, &n, n - 1))
			return true;
	fetch_add_acq_rel(&asked, 1);
	return false;
}

static bool is_open(void *unused)
{
	(void)unused;
	return load_acquire(&units);
}

static void put(void)
{
	fetch_add_acq_rel(&units, 1);
	ops->wake_one(&q);
}

/* Nobody waits in the end; if somebody does, an unneeded wake-up frees it. */
static bool all_wake_up(struct test *t, unsigned patience)
{
	/* ended by their end, or by a sleeper that has what it waits for */
	do {
		if (gang_wait(&gang, patience))
			return true;
	} while (!waitq_count(&q) || !load_acquire(&units));
	test_note(t, "%s: %u asleep, %u units to be had", ops->name,
		  waitq_count(&q), load_acquire(&units));
	gang_stop(&gang);
	do {
		fetch_add_acq_rel(&units, GANG_MAX);
		waitq_wake_all(&q);
	} while (!gang_wait(&gang, 5));
	return false;
}

static bool queued(void *n)
{
	return waitq_count(&q) == *(unsigned *)n;
}

static bool wait_queued(struct test *t, unsigned n)
{
	return check(t, wait_until_holds(queued, &n, PATIENT));
}

/* ---------------------------------------------------------- asked again */

/* The first question itself makes it true, and wakes who waits: nobody. */
static bool opened_by_first_question(void *unused)
{
	if (fetch_add_acq_rel(&asked, 1) == 0) {
		store_release(&units, 1);
		ops->wake_all(&q);
		return false;
	}
	return is_open(unused);
}

static void wait_once(struct gang_member *m)
{
	bool held = ops->wait(&q, opened_by_first_question, NULL,
			      PARK_FOREVER, m->index);

	store_release(&got[m->index], 1 + held);
}

static bool asks_again(struct test *t, const struct waitq_ops *which,
		       unsigned patience)
{
	begin(which);
	gang_start(&gang, 1, wait_once, t->seed);
	return all_wake_up(t, patience);
}

TEST("sync/waitq", test_waitq_asks_again_once_queued)
{
	check(t, asks_again(t, &waitq_ops, PATIENT));
}

TEST("sync/waitq", test_waitq_that_checks_before_it_queues_is_caught)
{
	check(t, !asks_again(t, &waitq_that_checks_before_it_queues,
			     IMPATIENT));
}

/* --------------------------------------------------------- one, and all */

static void wait_open(struct gang_member *m)
{
	bool exclusive = m->index >= SHARED;

	gang_await_turn(m);
	(void)!ops->wait(&q, is_open, NULL, PARK_FOREVER, exclusive);
	gang_step(m);
}

/* Shared and exclusive waiters, in the order of their numbers. */
static void queue_up(struct test *t, const struct waitq_ops *which)
{
	begin(which);
	gang_start(&gang, SHARED + EXCLUSIVE, wait_open, t->seed);
	for (unsigned i = 0; i < SHARED + EXCLUSIVE; i++) {
		gang_admit(&gang, i);
		wait_queued(t, i + 1);
	}
	store_release(&units, 1);
}

static bool member_is_done(void *m)
{
	return member_done(m);
}

/* It wakes exactly who it must, so the count is right at its return. */
static bool wakes_one(struct test *t, const struct waitq_ops *which)
{
	bool ok = true;

	queue_up(t, which);
	for (unsigned i = 0; ok && i < EXCLUSIVE; i++) {
		ops->wake_one(&q);
		ok = waitq_count(&q) == EXCLUSIVE - 1 - i;
		if (!ok)
			test_note(t, "%s: %u queued after wake_one %u",
				  ops->name, waitq_count(&q), i + 1);
		else
			check(t, wait_until_holds(member_is_done,
				&gang.member[SHARED + i], PATIENT));
	}
	waitq_wake_all(&q);
	check(t, gang_wait(&gang, PATIENT));
	return ok;
}

TEST("sync/waitq", test_waitq_wake_one_wakes_the_shared_and_the_first)
{
	check(t, wakes_one(t, &waitq_ops));
}

TEST("sync/waitq", test_waitq_that_wakes_all_for_one_is_caught)
{
	check(t, !wakes_one(t, &waitq_that_wakes_all_for_one));
}

static bool wakes_all(struct test *t, const struct waitq_ops *which)
{
	unsigned left;

	queue_up(t, which);
	ops->wake_all(&q);
	left = waitq_count(&q);
	if (left)
		test_note(t, "%s: %u queued after wake_all", ops->name, left);
	waitq_wake_all(&q);
	check(t, gang_wait(&gang, PATIENT));
	return !left;
}

TEST("sync/waitq", test_waitq_wake_all_wakes_all)
{
	check(t, wakes_all(t, &waitq_ops));
}

TEST("sync/waitq", test_waitq_that_wakes_one_for_all_is_caught)
{
	check(t, !wakes_all(t, &waitq_that_wakes_one_for_all));
}

/* ------------------------------------------------------------ time-outs */

static void take_in_turn(struct gang_member *m)
{
	bool held;

	gang_await_turn(m);
	held = ops->wait(&q, take, NULL, deadlines[m->index], true);
	store_release(&got[m->index], 1 + held);
}

static bool has_asked(void *n)
{
	return load_acquire(&asked) >= *(uint32_t *)n;
}

/* The first goes at its deadline; the unit that comes then is the second's. */
static bool leaves_nothing(struct test *t, const struct waitq_ops *which,
			   unsigned patience)
{
	uint32_t questions;

	begin(which);
	deadlines[0] = clock_ns() + 20 * MS;
	gang_start(&gang, 2, take_in_turn, t->seed);
	check(t, wait_until_holds(member_is_done, &gang.member[0], PATIENT));
	check(t, load_acquire(&got[0]) == 1);
	check(t, clock_ns() >= deadlines[0]);
	questions = load_acquire(&asked) + 2;
	gang_admit(&gang, 1);
	/* before and after it was queued */
	check(t, wait_until_holds(has_asked, &questions, PATIENT));
	store_release(&units, 1);
	ops->wake_one(&q);
	return all_wake_up(t, patience);
}

TEST("sync/waitq", test_waitq_time_out_leaves_nothing_behind)
{
	check(t, leaves_nothing(t, &waitq_ops, PATIENT));
	check(t, waitq_count(&q) == 0);
}

TEST("sync/waitq", test_waitq_that_leaves_a_ghost_is_caught)
{
	check(t, !leaves_nothing(t, &waitq_that_leaves_a_ghost, IMPATIENT));
}

/* It comes true before the deadline, and nobody is woken. */
TEST("sync/waitq", test_waitq_asks_once_more_at_the_deadline)
{
	uint64_t wait = 4 * MS;
	bool in_time;

	/* until this machine is quick enough to be in time */
	do {
		begin(&waitq_ops);
		deadlines[0] = clock_ns() + wait;
		gang_start(&gang, 1, take_in_turn, t->seed);
		while (waitq_count(&q) != 1 && clock_ns() < deadlines[0])
			sleep_until(clock_ns() + wait / 16);
		sleep_until(clock_ns() + wait / 16);	/* and has asked */
		store_release(&units, 1);
		in_time = clock_ns() < deadlines[0];
		check(t, gang_wait(&gang, PATIENT));
		wait *= 2;
	} while (!in_time);
	check(t, load_acquire(&got[0]) == 2);
}

/* True, and q locked, if both are queued and the first one's time is up. */
static bool stage_late_wake_up(struct test *t, uint64_t wait, uint64_t *was)
{
	deadlines[0] = clock_ns() + wait;
	gang_start(&gang, 2, take_in_turn, t->seed);
	sleep_until(clock_ns() + wait / 4);
	gang_admit(&gang, 1);
	sleep_until(deadlines[0] - wait / 4);
	if (waitq_count(&q) != 2)
		return false;
	*was = waitq_lock(&q);
	while (clock_ns() <= deadlines[0])
		cpu_relax();
	if (!list_empty(&q.waiters) &&
	    waitq_first_locked(&q)->thread == gang.member[0].thread)
		return true;
	waitq_unlock(&q, *was);
	return false;
}

/*
 * The first of two is woken after its deadline, but before it could leave: the
 * lock that it needs for that is ours.  The one unit must go to somebody.
 */
static bool loses_no_wake_up(struct test *t, const struct waitq_ops *which,
			     unsigned patience)
{
	uint64_t was, wait = 4 * MS;

	begin(which);
	/* until this machine is quick enough for the stage */
	while (!stage_late_wake_up(t, wait, &was)) {
		store_release(&units, 2);
		do
			waitq_wake_all(&q);
		while (!gang_wait(&gang, 5));
		begin(which);
		wait *= 2;
	}
	store_release(&units, 1);
	waiter_wake_locked(waitq_first_locked(&q));
	waitq_unlock(&q, was);
	check(t, wait_until_holds(member_is_done, &gang.member[0], PATIENT));
	if (load_acquire(&got[0]) == 2)
		put();		/* the second's own */
	return all_wake_up(t, patience);
}

TEST("sync/waitq", test_waitq_time_out_loses_nobodys_wake_up)
{
	check(t, loses_no_wake_up(t, &waitq_ops, PATIENT));
}

TEST("sync/waitq", test_waitq_that_swallows_a_wake_up_is_caught)
{
	check(t, !loses_no_wake_up(t, &waitq_that_swallows_a_wake_up,
				   IMPATIENT));
}

/* --------------------------------------------------------------- passed on */

/* In the queue between its two questions, until the second is queued too. */
static bool first_question(void *unused)
{
	(void)unused;
	if (fetch_add_acq_rel(&asked, 1) == 0)
		return false;
	gang_admit(&gang, 1);
	while (waitq_count(&q) < 2)
		sleep_until(clock_ns() + MS);
	store_release(&units, 1);
	ops->wake_one(&q);
	return true;
}

static void need_not_wait(struct gang_member *m)
{
	if (m->index)
		take_in_turn(m);
	else
		(void)!ops->wait(&q, first_question, NULL, PARK_FOREVER, true);
}

static bool passes_on(struct test *t, const struct waitq_ops *which,
		      unsigned patience)
{
	begin(which);
	gang_start(&gang, 2, need_not_wait, t->seed);
	return all_wake_up(t, patience);
}

TEST("sync/waitq", test_waitq_passes_on_what_it_does_not_need)
{
	check(t, passes_on(t, &waitq_ops, PATIENT));
}

TEST("sync/waitq", test_waitq_that_keeps_what_it_does_not_need_is_caught)
{
	check(t, !passes_on(t, &waitq_that_keeps_what_it_does_not_need,
			    IMPATIENT));
}

/* --------------------------------------------------------------- the forms */

TEST("sync/waitq", test_waitq_forms_ask_and_return_the_answer)
{
	uint64_t past = clock_ns();

	begin(&waitq_ops);
	check(t, !wait_event_timeout(&q, take, NULL, past));
	check(t, !wait_exclusive_timeout(&q, take, NULL, past));
	check(t, waitq_count(&q) == 0);
	store_release(&units, 4);
	wait_event(&q, take, NULL);
	wait_exclusive(&q, take, NULL);
	/* true wins over late */
	check(t, wait_event_timeout(&q, take, NULL, past));
	check(t, wait_exclusive_timeout(&q, take, NULL, past));
	check(t, load_acquire(&units) == 0);
}

/* ----------------------------------------------------------------- torture */

/*
 * Everybody puts one before it takes one.  So if all sleep, there are as many
 * units as sleepers, and a wake-up was lost.
 */
static void torture(struct gang_member *m)
{
	for (unsigned i = 0; i < ROUNDS && !gang_stopped(m); i++) {
		if (gang_random(m) % 4)
			put();
		else
			gang_interrupt(m, put);
		gang_chaos(m);
		if (gang_random(m) % 2)
			(void)!ops->wait(&q, take, NULL, PARK_FOREVER, true);
		else
			for (unsigned k = 0;
			     !ops->wait(&q, take, NULL, gang_deadline(m, k), true);
			     k++)
				gang_step(m);
		gang_step(m);
	}
}

TEST("sync/waitq", test_waitq_survives_torture)
{
	begin(&waitq_ops);
	test_note(t, "seed 0x%lx", t->seed);
	gang_start(&gang, TORTURERS, torture, t->seed);
	check(t, all_wake_up(t, PATIENT));
	check(t, load_acquire(&units) == 0);
	check(t, waitq_count(&q) == 0);
}
