/*
 * tests/sync/test_srcu.c - readers that sleep, and a grace period of one flip.
 */
#include "sync/srcu.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "tests/crew.h"
#include "tests/sync/gang.h"
#include "tests/sync/rcu_torture.h"

#define MANY	100000	/* a broken twin does not get that far */

static struct srcu domain, other;
static struct gang gang;
static struct atomic32 inside, leave, over;

TEST("sync/srcu", test_srcu_readers_nest_and_are_counted)
{
	unsigned a, b;

	srcu_init(&domain);
	a = srcu_read_lock(&domain);
	b = srcu_read_lock(&domain);
	srcu_read_unlock(&domain, a);
	srcu_read_unlock(&domain, b);
	for (unsigned i = 0; i < 40; i++) {	/* all counters wrap */
		a = srcu_read_lock(&domain);
		check(t, a < 2);
		srcu_read_unlock(&domain, a);
		synchronize_srcu(&domain);
	}
}

static void (*wait_for_reader)(struct srcu *s);

/* The first member sleeps inside; the second waits for it. */
static void sleep_or_wait(struct gang_member *m)
{
	if (m->index) {
		while (!load_acquire(&inside))	/* by the other */
			park(clock_ns() + 100 * US);
		wait_for_reader(&domain);
		store_release(&over, 1);
	} else {
		unsigned index = srcu_read_lock(&domain);

		store_release(&inside, 1);
		while (!load_acquire(&leave))	/* by the test */
			park(clock_ns() + 100 * US);
		srcu_read_unlock(&domain, index);
	}
	gang_step(m);
}

static bool is_set(void *word)
{
	return load_acquire((struct atomic32 *)word);
}

TEST("sync/srcu", test_srcu_waits_for_who_sleeps_and_for_nobody_else)
{
	unsigned index;

	srcu_init(&domain);
	srcu_init(&other);
	/* relaxed, all of them: nobody is there yet */
	store_relaxed(&inside, 0);
	store_relaxed(&leave, 0);
	store_relaxed(&over, 0);
	wait_for_reader = synchronize_srcu;
	gang_start(&gang, 2, sleep_or_wait, test_random(t));
	check(t, wait_until_holds(is_set, &inside, PATIENT));
	for (unsigned i = 0; i < 10; i++) {
		synchronize_srcu(&other);	/* is not held up */
		sleep_until(clock_ns() + MS);
	}
	check(t, !load_acquire(&over));
	/* a reader that comes now is not held up either */
	index = srcu_read_lock(&domain);
	srcu_read_unlock(&domain, index);
	store_release(&leave, 1);
	check(t, gang_wait(&gang, PATIENT));
	check(t, load_acquire(&over));
}

TEST("sync/srcu", test_srcu_keeps_the_old_from_readers)
{
	struct torture_plan plan = {
		.ops = &srcu_ops, .domain = &domain, .updates = 20,
		.sleeps = true,
	};
	struct torture_score s;

	srcu_init(&domain);
	check(t, rcu_torture(t, &plan, &s) == 0);
	torture_note(t, "srcu", &s);
}

/*
 * Readers that are held up between index and entered, now and then: until a
 * grace period has come in between, as by a preemption just there.  Such a reader
 * stays long.
 */
#define LATE	0x100

static struct atomic32 entries, late;

static unsigned lock_slowly(void *s)
{
	struct srcu *d = s;
	/* relaxed, all: counts, and what srcu_read_lock() itself does */
	unsigned index = load_relaxed(&d->index) & 1, is_late = 0;

	if (!in_irq() && fetch_add_relaxed(&entries, 1) % 16 == 0) {
		uint64_t from = load_relaxed(&d->seq);

		for (unsigned i = 0; i < 10; i++)
			if (load_relaxed(&d->seq) - from < 2)
				park(clock_ns() + 100 * US);
		fetch_add_relaxed(&late, 1);
		is_late = LATE;
	}
	preempt_disable();
	store_add_release(&d->cpu[cpu_id()].entered[index], 1);
	preempt_enable();
	fence_seq_cst();
	return index | is_late;
}

static void unlock_slowly(void *s, unsigned index)
{
	srcu_read_unlock(s, index & 1);
}

static bool is_late(void *s, unsigned index)
{
	(void)s;
	return index & LATE;
}

static void flip_once(void *s)
{
	struct srcu *d = s;

	mutex_lock(&d->updater);
	srcu_flip(d);
	fetch_add_acq_rel(&d->seq, 2);
	mutex_unlock(&d->updater);
	park(clock_ns() + 200 * US);	/* others come in */
}

static struct rcu_ops slow_ops(void)
{
	struct rcu_ops ops = srcu_ops;

	ops.read_lock = lock_slowly;
	ops.read_unlock = unlock_slowly;
	return ops;
}

TEST("sync/srcu", test_srcu_bears_readers_that_are_late)
{
	struct rcu_ops ops = slow_ops();
	struct torture_plan plan = {
		.ops = &ops, .domain = &domain, .updates = 100, .sleeps = true,
		.stays = is_late,
	};
	struct torture_score s;

	srcu_init(&domain);
	store_relaxed(&late, 0);	/* relaxed: nobody is there yet */
	check(t, rcu_torture(t, &plan, &s) == 0);
	check(t, load_relaxed(&late) > 0);
	torture_note(t, "late readers", &s);
}

TEST("sync/srcu", test_srcu_of_one_flip_is_caught)
{
	struct rcu_ops ops = slow_ops();
	struct torture_plan plan = {
		.ops = &ops, .domain = &domain, .updates = MANY,
		.sleeps = true, .stay_ns = 10 * MS, .stays = is_late,
	};
	struct torture_score s;

	if (crew_is_watched()) {
		test_skip(t, "a race detector stops who races on purpose");
		return;
	}
	ops.synchronize = flip_once;
	srcu_init(&domain);
	check(t, rcu_torture(t, &plan, &s) > 0);
	torture_note(t, "one flip", &s);
}

TEST("sync/srcu", test_srcu_a_flip_waits_for_the_half_it_leaves)
{
	for (unsigned half = 0; half < 2; half++) {
		srcu_init(&domain);
		if (half)
			srcu_flip(&domain);
		/* relaxed, all of them: nobody is there yet */
		store_relaxed(&inside, 0);
		store_relaxed(&leave, 0);
		store_relaxed(&over, 0);
		wait_for_reader = srcu_flip;
		gang_start(&gang, 2, sleep_or_wait, test_random(t));
		check(t, wait_until_holds(is_set, &inside, PATIENT));
		sleep_until(clock_ns() + 5 * MS);
		check(t, !load_acquire(&over));
		store_release(&leave, 1);
		check(t, gang_wait(&gang, PATIENT));
		check(t, load_acquire(&over));
	}
}

static void wait_once(struct gang_member *m)
{
	synchronize_srcu(&domain);
	gang_step(m);
}

static bool both_in_line(void *unused)
{
	(void)unused;
	return waitq_count(&domain.updater.q) == 2;
}

/* Both come before the next grace period begins: one is enough. */
TEST("sync/srcu", test_srcu_those_who_wait_together_share)
{
	uint64_t seq;

	srcu_init(&domain);
	mutex_lock(&domain.updater);
	seq = load_relaxed(&domain.seq);	/* relaxed: under updater */
	gang_start(&gang, 2, wait_once, test_random(t));
	check(t, wait_until_holds(both_in_line, NULL, PATIENT));
	mutex_unlock(&domain.updater);
	check(t, gang_wait(&gang, PATIENT));
	/* relaxed: they have ended */
	check(t, load_relaxed(&domain.seq) - seq == 2);
}
