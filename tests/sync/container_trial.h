/*
 * tests/sync/container_trial.h - what any stack, queue or ring must keep.
 *
 * Guarantees  container_histories() lets a crew put and take in short rounds
 *             that begin together, checks each round's history, and ends at the
 *             first fault; container_rush() does many operations without a
 *             history.  Both return the faults.  Same seed, same choices.
 * Context     Thread; one trial at a time.
 * See         tests/sync/linear.h, tests/sync/quarantine.h
 */
#pragma once

#include "kernel/test.h"
#include "sync/container_ops.h"

#define TRIAL_HISTORY	1	/* no order of the operations explains it */
#define TRIAL_LOST	2	/* a value came out never, or twice */
#define TRIAL_MEMORY	4	/* touched after it was freed, or leaked */
#define TRIAL_UNSURE	8	/* the checker or the rings gave up */

struct container_trial {
	const struct container_ops *ops;
	uint64_t seed;
	unsigned rounds;
	unsigned capacity;
	bool loud;		/* print a history that is wrong */
};

unsigned container_histories(struct test *t, const struct container_trial *c);
unsigned container_rush(struct test *t, const struct container_trial *c);
