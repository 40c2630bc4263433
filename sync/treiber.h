/*
 * sync/treiber.h - Treiber's stack, with hazard pointers against its flaw.
 *
 * Guarantees  A linearizable stack: last in, first out.  Lock-free: if some CPU
 *             stands still anywhere in here, the others go on.
 *             What was written into a node before its push, who pops it sees.
 *             A popped node is the popper's; others may still read its next, so
 *             it goes back by treiber_retire(), which frees it when they do
 *             not.
 * Context     Any but NMI; treiber_pop() with a participant of the stack's own
 *             domain, whose slot 0 it uses.
 * Cost        8 bytes, and 32 a node.  Push: one locked instruction.  Pop: one,
 *             and a full barrier.
 * Limits      All meet at one word: it is lock-free, not scalable.
 *             A node that is pushed again without having been retired and freed
 *             brings the ABA flaw back; sync/treiber_tagged.h allows it.
 * See         docs/73-treiber-stack.md, tests/sync/test_treiber.c
 */
#pragma once

#include "sync/hazard.h"

struct treiber_node {
	struct atomic_ptr next;
	struct hazard_node retired;
};

struct treiber {
	struct atomic_ptr top;
};

#define TREIBER_INIT	{ ATOMIC_PTR(NULL) }

void treiber_init(struct treiber *s);
void treiber_push(struct treiber *s, struct treiber_node *node);

/* The node that was on top, or NULL. */
struct treiber_node *treiber_pop(struct treiber *s, struct hazard *h);
void treiber_retire(struct hazard *h, struct treiber_node *node,
		    void (*free)(void *node));
