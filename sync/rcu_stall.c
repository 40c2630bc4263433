/*
 * sync/rcu_stall.c - who holds a grace period up, and where.
 *
 * Invariant   told is, for the grace period told_of, the age at which the next
 *             report is due; who moves it from one value to the next tells.
 * Ordering    None of its own: a report is for people, and may be a moment old.
 * References  Linux, Documentation/RCU/stallwarn.rst
 */
#include "sync/rcu_stall.h"

#include "kernel/printk.h"
#include "sync/rcu.h"
#include "sync/rcu_state.h"

#define NS_PER_MS	1000000

static struct atomic64 limit_ns = ATOMIC64(RCU_STALL_NS);
static struct atomic64 told_of;
static struct atomic64 due_ns;
static struct atomic64 stalls;

uint64_t rcu_stall_set(uint64_t ns)
{
	return xchg_relaxed(&limit_ns, ns);	/* relaxed: a setting */
}

uint64_t rcu_stall_count(void)
{
	return load_relaxed(&stalls);		/* relaxed: statistics */
}

/* True: to the caller it falls to tell.  relaxed, all: nothing else is said */
static bool is_due(uint64_t g, uint64_t age)
{
	uint64_t limit = load_relaxed(&limit_ns);	/* relaxed: above */
	uint64_t of = load_relaxed(&told_of);		/* relaxed: above */
	uint64_t due;

	/* relaxed: above; a new grace period gets a limit of its own */
	if (of != g && cas_relaxed(&told_of, &of, g))
		store_relaxed(&due_ns, limit);		/* relaxed: above */
	due = load_relaxed(&due_ns);			/* relaxed: above */
	return age >= due && due &&
		cas_relaxed(&due_ns, &due, 2 * age);	/* relaxed: above */
}

void rcu_stall_check(void)
{
	uint64_t g = rcu_tree_number(&rcu_tree);
	uint64_t age = rcu_age_ns(g);
	struct rcu_look look;

	if (!(g & 1) || !is_due(g, age))
		return;
	rcu_look(&look);
	pr_warn("rcu: grace period %lu has not ended for %lu ms",
		look.periods + 1, age / NS_PER_MS);
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		if (rcu_tree_waits_for(&rcu_tree, cpu))
			rcu_tell(cpu);
	fetch_add_relaxed(&stalls, 1);		/* relaxed: statistics */
}
