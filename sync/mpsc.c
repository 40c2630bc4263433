/*
 * sync/mpsc.c - exchange the end, then tell the one before.
 *
 *     [stub] -> [a] -> [b]    [c] -> [d] <- last
 *                           ^
 *                 c's pusher has exchanged, and not yet linked
 *
 * Invariant   The stub, which is no value, and behind it the nodes in the order
 *             of the exchanges of last, are a list in which a link is missing
 *             only between an exchange and its store.
 *             The stub's next is written by a pusher that found the stub in
 *             last, once, and else by the popper: a pusher finds it there only
 *             if the list is empty, and then the popper waits for its link.
 *             So the popper may clear it before it tries to make the stub the
 *             last, and write it again when a push was quicker.
 *             Empty is: the stub is the last.
 * Ordering    [A] push's store of next -> pop's load: the node, and all that
 *             was written before its push.
 *             [B] push's exchange of last -> the next push's: the node's next
 *             is NULL before somebody links behind it.  And -> pop's load of
 *             last.  Pop's cas of last -> the next push's exchange: the same
 *             for the stub.
 * References  Vyukov, Intrusive MPSC node-based queue, 1024cores.net, 2010.
 *             There, the popper pushes the stub behind the last value; that it
 *             always stays in front is from Desnoyers and Jiangshan's wfcqueue,
 *             liburcu, 2012: 17 instructions for a push and a pop, not 31, in
 *             the row "mpsc, the last" of `make bench-host`.
 *             The answer "in the middle": if it says "empty" then, it is not
 *             linearizable.
 */
#include "sync/mpsc.h"

#include "kernel/errno.h"

void mpsc_init(struct mpsc *q)
{
	/* relaxed: q is the caller's own until it is published */
	store_relaxed(&q->stub.next, NULL);
	store_relaxed(&q->last, &q->stub);	/* relaxed: as above */
}

void mpsc_push(struct mpsc *q, struct mpsc_node *node)
{
	struct mpsc_node *before;

	/* relaxed: [B] releases it */
	store_relaxed(&node->next, NULL);
	before = xchg_acq_rel(&q->last, node);		/* [B] */
	store_release(&before->next, node);		/* [A] */
}

int mpsc_pop(struct mpsc *q, struct mpsc_node **node)
{
	struct mpsc_node *first = load_acquire(&q->stub.next);	/* [A] */
	struct mpsc_node *next;
	void *last = first;

	if (!first)
		return load_acquire(&q->last) == &q->stub	/* [B] */
			? -ENOENT : -EAGAIN;
	next = load_acquire(&first->next);			/* [A] */
	if (!next) {
		/* relaxed: [B] releases it, if the stub becomes the last */
		store_relaxed(&q->stub.next, NULL);
		if (cas_acq_rel(&q->last, &last, &q->stub)) {	/* [B] */
			*node = first;
			return 0;
		}
		next = load_acquire(&first->next);		/* [A] */
	}
	/* relaxed: we alone write it while the stub is not the last */
	store_relaxed(&q->stub.next, next ? next : first);
	if (!next)
		return -EAGAIN;
	*node = first;
	return 0;
}
