/*
 * sync/mcs.c - queue up behind the last, and be told by whom you queued behind.
 *
 * Invariant   tail is NULL when the lock is free; else the nodes from the
 *             holder's along next to tail's are the queue, in the order of the
 *             exchanges of tail.  Between its exchange and its store of next, a
 *             waiter's link is missing: the queue is in two pieces, and only
 *             the waiter can join them.
 *             A node's called is written by its predecessor alone, once.
 * Ordering    [A] unlock's cas of tail to NULL -> the exchange (or cas) that
 *             finds NULL: hands over what was written under the lock.
 *             [B] unlock's store of called -> the waiter's load: the same.
 *             [C] a waiter's store of next -> unlock's load: the node is
 *             initialised before its predecessor writes called into it.  The
 *             exchange of tail is a release for the same reason: whoever queues
 *             behind us writes into next only after we have cleared it.
 * References  Mellor-Crummey and Scott, Algorithms for scalable synchronization
 *             on shared-memory multiprocessors, TOCS 9(1), 1991, section 2.4.
 */
#include "sync/mcs.h"

#include "arch/cpu.h"
#include "sync/watch.h"

void mcs_init(struct mcs *l)
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->tail, NULL);
	watch_init(l, WATCH_MCS);
}

static never_inline void wait_behind(struct mcs *l, struct mcs_node *before,
				     struct mcs_node *mine)
{
	/* relaxed: before does not know us yet; [C] is what tells it */
	store_relaxed(&mine->called, 0);
	store_release(&before->next, mine);		/* [C] */
	while (!load_acquire(&mine->called))		/* [B] */
		watch_relax(l);
}

void mcs_lock(struct mcs *l, struct mcs_node *mine)
{
	struct mcs_node *before;

	watch_acquire(l, WATCH_MCS, 0);
	/* relaxed: the exchange below releases it */
	store_relaxed(&mine->next, NULL);
	before = xchg_acq_rel(&l->tail, mine);		/* [A] [C] */
	if (unlikely(before))
		wait_behind(l, before, mine);
	watch_acquired(l);
}

bool mcs_trylock(struct mcs *l, struct mcs_node *mine)
{
	void *free = NULL;

	/* relaxed: the cas below releases it */
	store_relaxed(&mine->next, NULL);
	if (!cas_acq_rel(&l->tail, &free, mine))	/* [A] [C] */
		return false;
	watch_tried(l, WATCH_MCS, 0);
	return true;
}

static never_inline struct mcs_node *wait_for_next(struct mcs_node *mine)
{
	struct mcs_node *next;

	/* whoever has exchanged tail stores our next at once */
	while (!(next = load_acquire(&mine->next)))	/* [C] */
		cpu_relax();
	return next;
}

void mcs_unlock(struct mcs *l, struct mcs_node *mine)
{
	struct mcs_node *next;
	void *last = mine;

	watch_release(l);
	next = load_acquire(&mine->next);		/* [C] */
	if (!next) {
		if (likely(cas_release(&l->tail, &last, NULL)))	/* [A] */
			return;
		next = wait_for_next(mine);
	}
	store_release(&next->called, 1);		/* [B] */
}

uintptr_t mcs_last(const struct mcs *l)
{
	/* relaxed: a hint; it orders nothing */
	return (uintptr_t)load_relaxed(&l->tail);
}
