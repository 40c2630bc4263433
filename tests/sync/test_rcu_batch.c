/*
 * tests/sync/test_rcu_batch.c - callbacks let others have the CPU in between.
 */
#include "sync/rcu_callbacks.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/preempt.h"
#include "sync/rcu.h"

#define MANY	(3 * RCU_BATCH + 4)

static struct rcu_head heads[MANY];
static struct atomic32 called, longest;
static unsigned in_a_row;		/* the calling thread's */

/* A reschedule is due from the first on, so it happens when it can. */
static void count(struct rcu_head *head)
{
	uint64_t was = irq_save();

	(void)head;
	if (!preempt_is_due())
		in_a_row = 0;
	preempt_set_due();
	irq_restore(was);
	in_a_row++;
	/* relaxed, all: one thread calls those of a CPU; the barrier orders */
	if (in_a_row > load_relaxed(&longest))
		store_relaxed(&longest, in_a_row);
	fetch_add_relaxed(&called, 1);
}

TEST("sync/rcu_callbacks", test_rcu_callbacks_come_in_batches)
{
	rcu_barrier();
	/* relaxed, both: no callback is queued */
	store_relaxed(&called, 0);
	store_relaxed(&longest, 0);
	preempt_disable();	/* one CPU's, and all of them at once */
	for (unsigned i = 0; i < MANY; i++)
		call_rcu(&heads[i], count);
	preempt_enable();
	rcu_barrier();
	check(t, load_acquire(&called) == MANY);
	check(t, load_acquire(&longest) <= RCU_BATCH);
}
