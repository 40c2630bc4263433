/*
 * tests/sync/test_locks_gang.c - every lock of the table with more threads than
 * CPUs, of random priorities.
 *
 * Who waits for a spin lock may be more urgent than who holds it, on the same
 * CPU: it would spin for ever if the lock did not keep its holder there.
 */
#include "kernel/test.h"
#include "sched/thread.h"
#include "sync/lock_ops.h"
#include "sync/preempt.h"
#include "sync/tas.h"
#include "tests/sync/gang.h"
#include "tests/sync/lock_trial.h"

#define THREADS	12	/* on four CPUs at most */
#define TURNS	360	/* of all together */
#define MANY	100000	/* a twin is found out long before */

static struct gang gang;
static unsigned turns;

static void take_turns(struct gang_member *m)
{
	struct random r = { gang_random(m) };
	unsigned each = turns / THREADS;

	for (unsigned i = 0; i < each && !lock_trial_over(); i++) {
		thread_set_priority(thread_self(), PRIO_DEFAULT - 4 +
				    gang_random(m) % 8);
		lock_trial_turn(&r, m->index);
		gang_chaos(m);
		gang_step(m);
	}
}

static unsigned torture(struct test *t, const struct lock_ops *ops, bool twin)
{
	struct trial trial = {
		.ops = ops, .seed = test_random(t), .twin = twin, .gang = true,
	};
	unsigned faults;

	turns = twin ? MANY : TURNS;
	lock_trial_begin(&trial);
	gang_start(&gang, THREADS, take_turns, trial.seed);
	/* else its threads use it for ever: the runner's time-out */
	while (!check(t, gang_wait(&gang, PATIENT)))
		lock_trial_fault(TRIAL_LOST);
	faults = lock_trial_end();
	if (faults)
		test_note(t, "%s: faults %u, seed %lu", ops->name, faults,
			  (unsigned long)trial.seed);
	return faults;
}

TEST("sync/locks_gang", test_every_lock_excludes_more_threads_than_cpus)
{
	for (unsigned i = 0; i < lock_count; i++)
		check(t, !torture(t, &lock_table[i], false));
}

/* Twin: it excludes, but its holder can be preempted. */
static void bare_init(void *lock)
{
	tas_init(lock);
}

static void bare_lock(void *lock)
{
	/* the fault is known by then: do not wait for who cannot run */
	while (!tas_trylock(lock) && !lock_trial_over())
		cpu_relax();
}

static void bare_unlock(void *lock)
{
	if (!lock_trial_over())
		tas_unlock(lock);
}

/* Twin: it keeps its holder on the CPU, and excludes nobody. */
static void stay_init(void *lock)
{
	(void)lock;
}

static void stay_lock(void *lock)
{
	(void)lock;
	preempt_disable();
}

static void stay_unlock(void *lock)
{
	(void)lock;
	preempt_enable();
}

static const struct lock_ops bare = {
	"tas, preemptible", sizeof(struct tas), 0, bare_init, bare_lock, NULL,
	bare_unlock, NULL,
}, stays = {
	"no lock, not preemptible", 0, 0, stay_init, stay_lock, NULL,
	stay_unlock, NULL,
};

TEST("sync/locks_gang", test_a_lock_whose_holder_is_preempted_is_caught)
{
	test_breaks_rules(t);
	check(t, torture(t, &bare, true) & TRIAL_PREEMPT);
}

TEST("sync/locks_gang", test_a_lock_that_only_stays_is_caught)
{
	if (cpumask_count(&cpus_online) < 2) {
		test_skip(t, "needs two CPUs");
		return;
	}
	check(t, torture(t, &stays, true) == TRIAL_TORN);
}
