/*
 * tests/sync/twins_spin.h - spin locks that are broken on purpose.
 *
 * Guarantees  Each twin is one small fault in a lock of sync/, and `fault` is
 *             what a trial (tests/sync/lock_trial.h) must find in it.
 * Context     In a trial only: elsewhere a lost waiter would wait for ever.
 * See         tests/sync/test_lock_twins.c
 */
#pragma once

#include "tests/sync/lock_trial.h"

struct twin {
	struct lock_ops ops;
	unsigned fault;		/* TRIAL_TORN, .. */
};

extern const struct twin spin_twins[];
extern const unsigned spin_twin_count;

/* Right after a stage, where all have asked before anybody enters. */
extern const struct lock_ops twin_last_first;
