/*
 * sync/barrier_tree.h - the combining tree barrier.
 *
 * Guarantees  As sync/barrier_ops.h says.
 * Context     As sync/barrier_ops.h says.
 * Cost        A cache line for each four members, and a third of that above.
 *             One locked instruction for each member and each node; a line is
 *             written by at most four, and at most four wait on it.  An episode
 *             is as long as two walks of log4(n) steps.
 * See         docs/25-barriers.md, tests/sync/test_barrier_tree.c
 */
#pragma once

#include "arch/atomic.h"
#include "kernel/config.h"

#define BARRIER_TREE_FAN	4
#define BARRIER_TREE_ROOT	UINT32_MAX	/* as a parent: there is none */

/* n/4 + n/16 + ... is below n/3; each of few levels rounds up by one at most */
#define BARRIER_TREE_NODES	(NR_CPUS / 3 + 8)

struct barrier_tree_node {
	struct atomic32 arrived;
	struct atomic32 sense;
	uint32_t expected;	/* members, or nodes below: 1 .. FAN */
	uint32_t parent;
} aligned_to(CACHE_LINE);

struct barrier_tree {
	struct barrier_tree_node node[BARRIER_TREE_NODES];
};

void barrier_tree_init(struct barrier_tree *b, unsigned n);
void barrier_tree_wait(struct barrier_tree *b, unsigned member);
