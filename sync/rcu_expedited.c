/*
 * sync/rcu_expedited.c - a grace period in a hurry.
 *
 * Invariant   There is one kind of grace period; to expedite it is to ask at
 *             once what would be asked later.  expedited is the last one for
 *             which that was done, by whoever swapped it in.
 * Ordering    None of its own: a CPU that is asked in vain, or not asked though
 *             it holds out, is asked again by who waits.
 * References  Linux, Documentation/RCU/Design/Expedited-Grace-Periods, for
 *             what it costs; rejected: its second tree, since a grace period
 *             that is in progress can be hurried as well as a new one.
 */
#include "sync/rcu_expedited.h"

#include "sync/rcu.h"
#include "sync/rcu_state.h"

static struct atomic64 expedited;
static struct atomic64 asked;

void rcu_ask_holdouts(void)
{
	preempt_disable();
	for (unsigned n = 0; n < RCU_NODES; n++) {
		uint64_t mask = rcu_tree_waiting(&rcu_tree, n);

		for (; mask; mask &= mask - 1) {
			unsigned child = n * RCU_FANOUT + 1 +
				__builtin_ctzll(mask);

			if (child < RCU_NODES)
				continue;
			fetch_add_relaxed(&asked, 1); /* relaxed: statistics */
			rcu_ask(child - RCU_NODES);
		}
	}
	preempt_enable();
}

void rcu_expedite(void)
{
	uint64_t g = rcu_tree_number(&rcu_tree);
	uint64_t was = load_relaxed(&expedited);	/* relaxed: a hint */

	/* relaxed: it decides who asks, nothing else */
	if (g & 1 && was != g && cas_relaxed(&expedited, &was, g))
		rcu_ask_holdouts();
}

void synchronize_rcu_expedited(void)
{
	rcu_wait_for(get_state_synchronize_rcu(), true);
}

uint64_t rcu_ask_count(void)
{
	return load_relaxed(&asked);	/* relaxed: statistics */
}
