/*
 * sync/barrier_dissemination.h - the barrier in which nobody is the last.
 *
 * Guarantees  As sync/barrier_ops.h says.
 * Context     As sync/barrier_ops.h says.
 * Cost        128 bytes for each member.  No locked instruction: in each of
 *             log2(n) rounds, rounded up, a store to another's line and a wait
 *             on one's own.  n log2(n) line transfers in all, n at a time.
 * Limits      256 members.
 * See         docs/25-barriers.md, tests/sync/test_barrier_dissemination.c
 */
#pragma once

#include "arch/atomic.h"
#include "kernel/config.h"

#define BARRIER_ROUNDS	8	/* log2 of the most members */

struct barrier_dissemination_row {
	struct atomic32 flag[2][BARRIER_ROUNDS];	/* others write them */
	uint32_t episode aligned_to(CACHE_LINE);	/* the member's own */
} aligned_to(CACHE_LINE);

struct barrier_dissemination {
	struct barrier_dissemination_row row[NR_CPUS];
	uint32_t members;
};

void barrier_dissemination_init(struct barrier_dissemination *b, unsigned n);
void barrier_dissemination_wait(struct barrier_dissemination *b,
				unsigned member);
