/*
 * sync/mpsc.c - exchange the end, then tell the one before.
 *
 *     first -> [a] -> [b]    [c] -> [d] <- last
 *                         ^
 *               b's pusher of c has exchanged, and not yet linked
 *
 * Invariant   The nodes, in the order of the exchanges of last, are a list in
 *             which a link is missing only between an exchange and its store.
 *             first is the oldest, or the stub, which is no value.  The stub is
 *             in the list, or in the popper's hand: it pushes it behind the
 *             last value, so that this one gets a next and can be taken.
 *             Empty is: first is the stub, and last is, too.
 * Ordering    [A] push's store of next -> pop's load: the node, and all that
 *             was written before its push.
 *             [B] push's exchange of last -> the next push's: the node's next
 *             is NULL before somebody links behind it.  And -> pop's load of
 *             last.
 * References  Vyukov, Intrusive MPSC node-based queue, 1024cores.net, 2010.
 *             The answer "in the middle" is ours: if it says "empty" then, it
 *             is not linearizable.
 */
#include "sync/mpsc.h"

#include "kernel/errno.h"

void mpsc_init(struct mpsc *q)
{
	/* relaxed: q is the caller's own until it is published */
	store_relaxed(&q->stub.next, NULL);
	store_relaxed(&q->last, &q->stub);	/* relaxed: as above */
	q->first = &q->stub;
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
	struct mpsc_node *first = q->first;
	struct mpsc_node *next = load_acquire(&first->next);	/* [A] */

	if (first == &q->stub) {
		if (!next)
			return load_acquire(&q->last) == first	/* [B] */
				? -ENOENT : -EAGAIN;
		q->first = first = next;
		next = load_acquire(&first->next);		/* [A] */
	}
	if (!next) {
		if (load_acquire(&q->last) != first)		/* [B] */
			return -EAGAIN;
		/* the last value: the stub, behind it, lets it go */
		mpsc_push(q, &q->stub);
		next = load_acquire(&first->next);		/* [A] */
		if (!next)
			return -EAGAIN;
	}
	q->first = next;
	*node = first;
	return 0;
}
