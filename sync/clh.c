/*
 * sync/clh.c - queue up behind the last, and watch whom you queued behind.
 *
 * Invariant   The node in tail, its owner's `before`, and so on back to a node
 *             that is not busy, are the queue from its end.  The holder is the
 *             one whose `before` is not busy.
 *             A node has one owner, who may write it, and at most one watcher,
 *             who reads its busy.  The watcher becomes the owner when it has
 *             seen busy == 0: nobody else knows the node then.
 * Ordering    [A] unlock's store of busy -> the successor's load: hands over
 *             what was written under the lock, and the node.
 *             [B] the exchange that puts a node into tail -> the exchange that
 *             takes it out: busy is 1 before anybody watches it.
 * References  Craig, Building FIFO and priority-queuing spin locks from atomic
 *             swap, TR 93-02-02, University of Washington, 1993; Magnusson,
 *             Landin and Hagersten, Queue locks on cache coherent
 *             multiprocessors, IPPS 1994.
 */
#include "sync/clh.h"

#include "arch/cpu.h"
#include "sync/watch.h"

void clh_init(struct clh *l, struct clh_node *first)
{
	/* relaxed: both are the caller's own until l is published */
	store_relaxed(&first->busy, 0);
	store_relaxed(&l->tail, first);	/* relaxed: as above */
	watch_init(l, WATCH_CLH);
}

void clh_lock(struct clh *l, struct clh_node *mine)
{
	struct clh_node *before;

	watch_acquire(l, WATCH_CLH, 0);
	/* relaxed: nobody watches our node until [B] */
	store_relaxed(&mine->busy, 1);
	before = xchg_acq_rel(&l->tail, mine);	/* [B] */
	mine->before = before;
	while (load_acquire(&before->busy))	/* [A] */
		watch_relax(l);
	watch_acquired(l);
}

void clh_unlock(struct clh *l, struct clh_node **mine)
{
	struct clh_node *held = *mine;

	watch_release(l);
	*mine = held->before;
	store_release(&held->busy, 0);		/* [A] */
}

uintptr_t clh_last(const struct clh *l)
{
	/* relaxed: a hint; it orders nothing */
	return (uintptr_t)load_relaxed(&l->tail);
}
