/*
 * sched/inbox.h - many send, one takes everything.
 *
 * Guarantees  Each pushed node is taken exactly once, in the order of the
 *             pushes.  inbox_push() is true for a push into an empty inbox:
 *             whoever gets true wakes the taker, and nobody else needs to.
 *             What the sender wrote before the push, the taker sees.
 * Context     inbox_push(): any, NMI included.  inbox_take(): one taker at a
 *             time.
 * Cost        8 bytes.  A push is one locked compare-and-swap that others'
 *             pushes may repeat; a take one locked exchange and a walk.
 * Limits      The inbox forgets its nodes: after the take they are the taker's.
 * See         sched/call_function.c, sched/worker.c, tests/sched/test_inbox.c
 */
#pragma once

#include <stdbool.h>

#include "arch/atomic.h"

struct inbox_node {
	struct inbox_node *next;
};

struct inbox {
	struct atomic_ptr head;
};

bool inbox_push(struct inbox *inbox, struct inbox_node *node);

/* The oldest node, the others behind it; or NULL. */
struct inbox_node *inbox_take(struct inbox *inbox);
