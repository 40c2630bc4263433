/*
 * tests/sync/test_rcu_toy.c - the toy works: the same torture as the tree's.
 */
#include "sync/rcu_toy.h"

#include "kernel/test.h"
#include "sync/park.h"
#include "tests/sync/rcu_torture.h"

static void go_and_see(void *domain)
{
	(void)domain;
	/* ended by the reaper's freeing of earlier visitors */
	while (!rcu_toy_synchronize())
		park(clock_ns() + 1000000);
}

TEST("sync/rcu_toy", test_rcu_toy_keeps_the_old_from_readers)
{
	struct rcu_ops ops = rcu_ops;
	struct torture_plan plan = {
		.ops = &ops, .updates = 8, .each_waits_alone = true,
	};
	struct torture_score s;

	ops.synchronize = go_and_see;
	check(t, rcu_torture(t, &plan, &s) == 0);
	torture_note(t, "toy", &s);
}
