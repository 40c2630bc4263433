/*
 * tests/hosted/test_lock_crowds.c - FIFO locks with up to 64 waiters, which are
 * more than a machine under test has CPUs.
 */
#include "kernel/test.h"
#include "tests/sync/lock_trial.h"
#include "tests/sync/twins_spin.h"

static const unsigned crowds[] = { 2, 3, 4, 8, 16, 32, 64 };

TEST("sync/lock_crowds", test_fifo_locks_order_a_crowd)
{
	for (unsigned i = 0; i < lock_count; i++) {
		const struct lock_ops *ops = &lock_table[i];

		for (unsigned k = 0; k < ARRAY_LEN(crowds); k++)
			if (ops->flags & LOCK_FIFO
			    && !check(t, !lock_stage(ops, test_random(t),
						     crowds[k], NULL)))
				test_note(t, "%s with %u", ops->name,
					  crowds[k]);
	}
}

TEST("sync/lock_crowds", test_a_crowd_finds_the_unfair_lock_at_once)
{
	for (unsigned k = 0; k < ARRAY_LEN(crowds); k++)
		check(t, lock_stage(&twin_last_first, test_random(t),
				    crowds[k], NULL) == TRIAL_ORDER);
}
