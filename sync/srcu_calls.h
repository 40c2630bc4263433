/*
 * sync/srcu_calls.h - callbacks behind the readers of one domain of SRCU.
 *
 * Guarantees  call_srcu(c, head, fn) has fn(head) called by the domain's own
 *             thread, after a grace period of c->domain that began later: all
 *             who were readers have left.  The callbacks of a domain are called
 *             in the order in which they were queued; fn may free head's
 *             memory, queue another, and sleep.  Many share one grace period.
 *             srcu_barrier() returns when all have been called that were queued
 *             before it.
 *             srcu_calls_end() returns when none is left, and no thread.
 * Context     call_srcu(): threads and interrupts, in a reader too, any lock
 *             but a runqueue's; not NMI.  The others: where might_sleep()
 *             allows, and neither in a reader of the domain nor in one of its
 *             callbacks.  When srcu_calls_end() begins, nobody queues any more.
 * Cost        A thread a domain.  call_srcu(): one lock.
 * Limits      Nobody is held back as by call_rcu(), since the caller may be a
 *             reader whom the grace period waits for: who queues in a loop
 *             says srcu_barrier() now and then.
 * See         docs/63-srcu.md, tests/sync/test_srcu_calls.c
 */
#pragma once

#include "sync/completion.h"
#include "sync/spinlock.h"
#include "sync/srcu.h"
#include "sync/waitq.h"

struct srcu_calls {
	struct srcu domain;		/* its readers' */
	struct spinlock lock;

	/* under lock */
	struct rcu_head *first, *last;	/* queued, no grace period yet */
	bool ends;

	struct waitq more;		/* the thread sleeps in it */
	struct completion ended;
};

/* 0 or -ENOMEM: no thread. */
int srcu_calls_init(struct srcu_calls *c) must_check;
void srcu_calls_end(struct srcu_calls *c);

void call_srcu(struct srcu_calls *c, struct rcu_head *head,
	       void (*fn)(struct rcu_head *head));
void srcu_barrier(struct srcu_calls *c);
