/*
 * tests/sync/test_rcu_state.c - what is counted of grace periods.
 */
#include "sync/rcu_state.h"

#include "kernel/test.h"
#include "sync/rcu.h"

/* A glance may fall between a grace period's end and its being counted. */
static bool adds_up(const struct rcu_look *look)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < RCU_LENGTHS; i++)
		sum += look->lengths[i];
	return sum <= look->periods + 4 && look->periods <= sum + 4;
}

TEST("sync/rcu_state", test_rcu_every_grace_period_is_counted)
{
	struct rcu_look before, after;

	rcu_look(&before);
	for (unsigned i = 0; i < 20; i++)
		synchronize_rcu();
	rcu_look(&after);
	check(t, adds_up(&after));
	check(t, after.periods - before.periods >= 20);
	check(t, after.longest_ns >= before.longest_ns);
}

TEST("sync/rcu_state", test_rcu_whoever_drives_needs_nobody_else)
{
	uint64_t cookie = get_state_synchronize_rcu();

	rcu_wait_for(cookie, true);
	check(t, poll_state_synchronize_rcu(cookie));
	rcu_wait_for(cookie, false);
}
