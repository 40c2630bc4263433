/*
 * tests/sync/test_rcu_ops.c - torture: of RCU, and of what is nearly one.
 */
#include "sync/rcu_ops.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "tests/crew.h"
#include "tests/sync/rcu_torture.h"
#include "tests/sync/rcu_twins.h"

#define MANY	100000	/* a broken twin does not get that far */

/* a few grace periods of eight CPUs on two that have other work, too */
#define GRACE_NS	400000000ULL

/* Nobody waits for who is forgotten: it can stay until they have gone on. */
#define FORGOTTEN_NS	(150 * GRACE_NS)

static void passes(struct test *t, const char *what,
		   const struct torture_plan *plan)
{
	struct torture_score s;

	check(t, rcu_torture(t, plan, &s) == 0);
	torture_note(t, what, &s);
}

TEST("sync/rcu_ops", test_rcu_keeps_the_old_from_readers)
{
	passes(t, "waiting", &(struct torture_plan){
	       .ops = &rcu_ops, .updates = 40 });
}

TEST("sync/rcu_ops", test_rcu_callbacks_keep_the_old_from_readers)
{
	passes(t, "callbacks", &(struct torture_plan){
	       .ops = &rcu_ops, .updates = 100, .calls = true });
}

/* On one CPU nobody waits in the middle of a reader: all is well. */
static bool can_race(struct test *t)
{
	if (cpumask_count(&cpus_online) == 1)
		test_skip(t, "on one CPU an updater is never in between");
	else if (crew_is_watched())
		test_skip(t, "a race detector stops who races on purpose");
	return !t->skipped;
}

static void dies(struct test *t, const char *what, struct torture_plan *plan)
{
	struct torture_score s;

	if (!plan->stay_ns)
		plan->stay_ns = GRACE_NS;
	check(t, rcu_torture(t, plan, &s) > 0);
	torture_note(t, what, &s);
}

TEST("sync/rcu_ops", test_rcu_that_does_not_wait_is_caught)
{
	if (can_race(t))
		dies(t, "synchronize does nothing", &(struct torture_plan){
		     .ops = &rcu_that_does_not_wait, .updates = MANY,
		     .each_waits_alone = true });
}

TEST("sync/rcu_ops", test_a_note_inside_a_reader_is_caught)
{
	if (can_race(t))
		dies(t, "a note inside", &(struct torture_plan){
		     .ops = &rcu_ops, .updates = MANY,
		     .inside = twin_notes_inside });
}

TEST("sync/rcu_ops", test_an_early_callback_is_caught)
{
	if (!can_race(t))
		return;
	twin_calls_start();
	dies(t, "early callbacks", &(struct torture_plan){
	     .ops = &rcu_that_calls_early, .updates = MANY, .calls = true });
	twin_calls_stop();
}

/* The readers of such a tree report by their CPU. */
static bool has_cpus(struct test *t)
{
	if (!cpumask_empty(&cpus_online))
		return true;
	test_skip(t, "threads are CPUs here, and come and go");
	return false;
}

TEST("sync/rcu_ops", test_a_tree_on_its_own_works)
{
	if (has_cpus(t))
		passes(t, "a tree on its own", &(struct torture_plan){
		       .ops = &rcu_on_its_own, .updates = 30,
		       .each_waits_alone = true, .begin = twin_begin,
		       .rest = twin_rest, .end = twin_end });
}

TEST("sync/rcu_ops", test_a_forgotten_cpu_is_caught)
{
	if (!has_cpus(t) || !can_race(t))
		return;
	twin_forgets_anew();
	dies(t, "a CPU forgotten", &(struct torture_plan){
	     .ops = &rcu_that_forgets_a_cpu, .updates = MANY,
	     .stays = twin_is_forgotten, .stay_ns = FORGOTTEN_NS,
	     .each_waits_alone = true, .begin = twin_begin,
	     .rest = twin_rest, .end = twin_end });
}
