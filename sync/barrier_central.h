/*
 * sync/barrier_central.h - the barrier of one counter.
 *
 * Guarantees  As sync/barrier_ops.h says; members need no numbers.
 * Context     As sync/barrier_ops.h says.
 * Cost        12 bytes.  One locked instruction for each member, all on one
 *             line, on which all wait: O(n) line transfers, one after another.
 * Limits      2^32 - 1 members.
 * See         docs/25-barriers.md, tests/sync/test_barrier_central.c
 */
#pragma once

#include "arch/atomic.h"

struct barrier_central {
	struct atomic32 arrived;
	struct atomic32 sense;
	uint32_t members;
};

void barrier_central_init(struct barrier_central *b, unsigned n);
void barrier_central_wait(struct barrier_central *b);
