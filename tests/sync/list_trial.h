/*
 * tests/sync/list_trial.h - what any list that is a set must keep.
 *
 * Guarantees  list_histories() lets a gang insert, remove and look for few keys
 *             in short rounds that begin together, checks each round's history,
 *             and ends at the first fault; list_rush() does many operations,
 *             among more threads, and counts: each key was inserted as often as
 *             removed, or once more, and then it is there.
 *             Same seed, same choices.
 * Context     Thread; one trial at a time.
 * See         tests/sync/container_trial.h, whose faults these are
 */
#pragma once

#include "kernel/test.h"
#include "sync/list_ops.h"

unsigned list_histories(struct test *t, const struct list_ops *ops,
			unsigned rounds, bool loud);
unsigned list_rush(struct test *t, const struct list_ops *ops,
		   unsigned operations);
