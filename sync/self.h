/*
 * sync/self.h - what sync/ remembers about each thread.
 *
 * Guarantees  Every struct thread embeds one struct sync_self, zeroed before
 *             the thread runs; thread_sync() of sync/park.h finds it.  Only
 *             sync/ reads or writes it.
 * Context     As each member says.
 * See         sched/thread.h, docs/36-pi-mutex.md
 */
#pragma once

#include "sync/spinlock.h"

struct pi_queue;
struct pi_waiter;

/* sync/pi_chain.c */
struct pi_self {
	struct spinlock lock;
	/* under lock */
	struct pi_waiter *blocked;	/* as what it waits, or NULL */
	struct pi_queue *owned;		/* those that others wait for */
	int boost;			/* the most urgent of them, or 0 */
};

struct sync_self {
	struct pi_self pi;
};
