/*
 * tests/sync/test_lock_twins.c - the trials find each broken twin, every time.
 */
#include "kernel/test.h"
#include "tests/crew.h"
#include "tests/sync/lock_trial.h"
#include "tests/sync/twins_spin.h"

#define TURNS	100000		/* a trial ends at the first fault */
#define STAGES	4
#define MEMBERS	4		/* more would mostly wait for the host */

static bool enough_cpus(struct test *t, unsigned n)
{
	if (crew_size() < n)
		test_skip(t, "needs more CPUs");
	return crew_size() >= n;
}

TEST("sync/lock_twins", test_torture_finds_every_broken_twin)
{
	unsigned n = crew_size() < MEMBERS ? crew_size() : MEMBERS;

	if (!enough_cpus(t, 2))
		return;
	for (unsigned i = 0; i < spin_twin_count; i++) {
		struct trial trial = {
			.ops = &spin_twins[i].ops, .seed = test_random(t),
			.members = n, .turns = TURNS, .twin = true,
		};
		unsigned faults = lock_torture(&trial);

		check(t, faults & spin_twins[i].fault);
		test_note(t, "%s: faults %u, seed %lu", trial.ops->name, faults,
			  (unsigned long)trial.seed);
	}
}

TEST("sync/lock_twins", test_the_stage_finds_a_lock_that_is_not_fair)
{
	if (!enough_cpus(t, 3))
		return;
	for (unsigned i = 0; i < STAGES; i++)
		check(t, lock_stage(&twin_last_first, test_random(t),
				    crew_size() - 1, NULL) == TRIAL_ORDER);
}
