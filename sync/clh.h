/*
 * sync/clh.h - the queue lock of Craig and of Landin and Hagersten.
 *
 * Guarantees  Mutual exclusion.  CPUs enter in the order they asked.  What the
 *             last holder wrote before unlock, the next sees after lock.
 *             Each waiter spins on its predecessor's node: a hand-over costs
 *             one miss, however many wait.  Unlock never waits.
 * Context     Any but NMI, with preemption disabled by the caller.  Never
 *             sleeps.  Nodes go round: clh_lock() takes the caller's node, and
 *             clh_unlock() gives another one for it, which is the caller's from
 *             then on.  So nodes live as long as the lock, n users need n + 1,
 *             and the one more is what clh_init() gets.
 * Cost        8 bytes, and 16 for each node.  Lock: one locked instruction.
 *             Unlock: one store.
 * Limits      No trylock: a node that is free when we look can have been used
 *             and queued again before we exchange tail.  No static initialiser:
 *             the first node is needed.
 * See         docs/15-clh.md, tests/sync/test_clh.c; sync/mcs.h
 */
#pragma once

#include "arch/atomic.h"

struct clh_node {
	struct atomic32 busy;		/* 1: waiting, or holding */
	struct clh_node *before;	/* its owner's: the node it waits on */
};

struct clh {
	struct atomic_ptr tail;		/* the last node; not busy: free */
};

void clh_init(struct clh *l, struct clh_node *first);
void clh_lock(struct clh *l, struct clh_node *mine);
/* *mine becomes another */
void clh_unlock(struct clh *l, struct clh_node **mine);

/* For tests: it changes whenever somebody asks.  A hint otherwise. */
uintptr_t clh_last(const struct clh *l);
