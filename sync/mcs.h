/*
 * sync/mcs.h - the list-based queue lock of Mellor-Crummey and Scott.
 *
 * Guarantees  Mutual exclusion.  CPUs enter in the order they asked.  What the
 *             last holder wrote before unlock, the next sees after lock.
 *             Each waiter spins on its own node: a hand-over costs one miss,
 *             however many wait.
 * Context     Any, with preemption disabled by the caller.  From NMI only
 *             mcs_trylock().  Never sleeps.  The node is the caller's, from
 *             lock to unlock; it need not be initialised, and is free again
 *             when mcs_unlock() returns.  Its own cache line is best.
 * Cost        8 bytes, and 16 for each node.  Lock: one locked instruction.
 *             Unlock: one if nobody waits, else one store.
 * Limits      Unlock may wait for a moment: for a waiter that has queued and
 *             not yet said where.
 * See         docs/14-mcs.md, tests/sync/test_mcs.c; sync/clh.h
 */
#pragma once

#include "arch/atomic.h"

struct mcs_node {
	struct atomic_ptr next;		/* who asked after us */
	struct atomic32 called;		/* 1: the lock is ours */
};

struct mcs {
	struct atomic_ptr tail;		/* the last node, or NULL: free */
};

#define MCS_INIT	{ ATOMIC_PTR(NULL) }

void mcs_init(struct mcs *l);
void mcs_lock(struct mcs *l, struct mcs_node *mine);
bool mcs_trylock(struct mcs *l, struct mcs_node *mine) must_check;
void mcs_unlock(struct mcs *l, struct mcs_node *mine);

/* For tests: it changes whenever somebody asks.  A hint otherwise. */
uintptr_t mcs_last(const struct mcs *l);
