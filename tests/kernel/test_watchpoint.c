/*
 * tests/kernel/test_watchpoint.c - what is said between two instructions.
 */
#include "kernel/test.h"
#include "sync/preempt.h"
#include "tests/kernel/watchpoint.h"

static struct atomic32 watched, other;
static uint32_t found[8];
static unsigned hits;

static void note(void)
{
	if (hits < ARRAY_LEN(found))
		found[hits] = load_relaxed(&watched);
	hits++;
	store_relaxed(&watched, 70);	/* not reported to us again */
	store_relaxed(&other, load_relaxed(&other) + 1);
}

TEST("kernel/watchpoint", test_a_watchpoint_comes_between_two_writes)
{
	uint32_t between;

	hits = 0;
	store_relaxed(&other, 0);
	preempt_disable();
	watchpoint_set(&watched, note);
	store_relaxed(&watched, 1);
	between = load_relaxed(&watched);
	store_relaxed(&other, 10);
	store_release(&watched, 2);
	watchpoint_clear();
	store_relaxed(&watched, 3);
	preempt_enable();
	check(t, hits == 2);
	check(t, found[0] == 1);
	check(t, found[1] == 2);
	check(t, between == 70);
	check(t, load_relaxed(&other) == 11);
	check(t, load_relaxed(&watched) == 3);
}
