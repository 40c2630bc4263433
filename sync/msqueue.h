/*
 * sync/msqueue.h - the queue of Michael and Scott.
 *
 * Guarantees  A linearizable queue: first in, first out.  Lock-free: if some
 *             CPU stands still anywhere in here, the others go on.
 *             What was written before a value's enqueue, who dequeues it sees.
 * Context     Any but NMI, and where free() may run; with a participant of the
 *             queue's own domain, whose slots 0 and 1 are used.
 * Cost        Two lines, and 40 bytes a value; one node more than values.
 *             Enqueue: two locked instructions and a full barrier.  Dequeue:
 *             one, and a full barrier.
 * Limits      A node is the queue's from enqueue on, and is freed by free():
 *             not when its own value is taken, but when the next one is.
 * See         docs/74-michael-scott-queue.md, tests/sync/test_msqueue.c
 */
#pragma once

#include "sync/hazard.h"

struct msqueue_node {
	struct atomic_ptr next;
	void *value;
	struct hazard_node retired;
};

struct msqueue {
	struct atomic_ptr head aligned_to(CACHE_LINE);	/* the dummy */
	struct atomic_ptr tail aligned_to(CACHE_LINE);	/* the last, or near */
	void (*free)(void *node);
};

/* dummy: a node of the queue's, like any other */
void msqueue_init(struct msqueue *q, struct msqueue_node *dummy,
		  void (*free)(void *node));
void msqueue_enqueue(struct msqueue *q, struct hazard *h,
		     struct msqueue_node *node, void *value);

/* False: it was empty, and *value is as before. */
bool msqueue_dequeue(struct msqueue *q, struct hazard *h, void **value)
	must_check;

/* Frees every node; nobody else is there. */
void msqueue_destroy(struct msqueue *q);
