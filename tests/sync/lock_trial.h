/*
 * tests/sync/lock_trial.h - trials that a lock of any kind must stand.
 *
 * Guarantees  lock_torture() has a crew take the lock `turns` times in all, by
 *             lock() and trylock(), with delays inside and outside drawn from
 *             the seed, and returns what was wrong:
 *             TRIAL_TORN: two words that are equal whenever nobody is inside
 *             were found unequal, or do not count the turns: two were inside.
 *             TRIAL_LOST: somebody waits for a lock that nobody will hand over.
 *             It ends at the first fault.
 *             lock_stage() has waiters ask in an order drawn from the seed, the
 *             next only when the one before is seen to have asked; TRIAL_ORDER:
 *             they entered in another order.
 *             trial_lost(&turns) stands in the spin loops of a twin that loses
 *             waiters: true when waiting is pointless.  (A lock of ours never
 *             gives up: it would hang, and the harness would say so.)
 *             trial_await_inside() and trial_await_turn() stand in a twin
 *             between two steps that should be one: they return when somebody
 *             is inside, or has been inside and left; or after a bounded while.
 * Context     Thread; one trial at a time.
 * See         tests/sync/test_lock_ops.c, tests/sync/twins_spin.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sync/lock_ops.h"

#define TRIAL_TORN	1
#define TRIAL_LOST	2
#define TRIAL_ORDER	4

struct trial {
	const struct lock_ops *ops;
	uint64_t seed;
	unsigned members;	/* as many CPUs as there are */
	unsigned turns;		/* of all members together */
	bool twin;		/* it stays inside until somebody comes in;
				   and its races are no news to a detector */
};

unsigned lock_torture(const struct trial *t);
unsigned lock_stage(const struct lock_ops *ops, uint64_t seed,
		    unsigned waiters);

bool trial_lost(unsigned *turns);
void trial_await_inside(void);
void trial_await_turn(void);
