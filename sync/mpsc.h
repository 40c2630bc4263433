/*
 * sync/mpsc.h - many put, one takes: Vyukov's queue.
 *
 * Guarantees  First in, first out, in the order of the pushes' exchanges.  A
 *             push never waits and never repeats anything: one exchange.
 *             What was written before a push, who pops the node sees.
 *             A popped node is the popper's, and may be pushed again.
 *             mpsc_pop() answers -ENOENT only when the queue is empty at some
 *             moment of the call.
 * Context     mpsc_push(): any, NMI included.  mpsc_pop(): one at a time.
 * Cost        Two lines, and 8 bytes a node.  Push: one locked instruction.
 *             Pop: none, but when it takes the last.
 * Limits      Not lock-free: a CPU that stands still in the middle of a push
 *             hides what was pushed after it; mpsc_pop() answers -EAGAIN.
 * See         docs/75-mpsc-queue.md, tests/sync/test_mpsc.c
 */
#pragma once

#include "arch/atomic.h"

struct mpsc_node {
	struct atomic_ptr next;
};

struct mpsc {
	struct atomic_ptr last aligned_to(CACHE_LINE);	/* who pushes */
	struct mpsc_node stub aligned_to(CACHE_LINE);	/* who pops */
};

void mpsc_init(struct mpsc *q);
void mpsc_push(struct mpsc *q, struct mpsc_node *node);

/* 0 and a node; -ENOENT: empty; -EAGAIN: one is being pushed. */
int mpsc_pop(struct mpsc *q, struct mpsc_node **node) must_check;
