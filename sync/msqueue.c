/*
 * sync/msqueue.c - a list with a dummy in front and a tail that may lag.
 *
 *     head -> [dummy] -> [v1] -> [v2] -> [v3] -> NULL
 *                                  ^       ^
 *                         tail: here, or here; whoever meets the first moves it
 *
 * Invariant   From head along next lie the dummy and the values, oldest first.
 *             next of the last is NULL, and is set once, by a cas: that is the
 *             moment of an enqueue.  tail is in this list, and at most one
 *             behind its end whenever an enqueue succeeds.  Dequeue moves head
 *             to the next node, which then is the dummy, and whose value is the
 *             one taken; it does not let head pass tail.
 *             A node is retired after head has left it, and tail has, too.
 *             Protected and seen as head (or tail) afterwards, a node is in the
 *             list, or left it after we were sure of it: it is not freed.
 *             A dummy that is protected does not come back, so once it has a
 *             next it keeps it: a dummy without one is the last, and the queue
 *             was empty as it was read.
 *             The node after the dummy is retired only after head has left it,
 *             too.  So who announces it and then swaps head from the dummy to
 *             it may read its value: [B].
 * Ordering    [A] the cas of next -> the load of next in others: the node's
 *             value and its own next.
 *             [B] the cas of head -> the load of head in hazard_protect()
 *             (sync/hazard.c): whoever sees the new head sees what was linked
 *             before.  And -> the next cas of head, which reads from it: what
 *             was announced before the one is seen by the scan after the
 *             other.
 *             [C] the cas of tail -> the load of tail, likewise.
 * References  Michael and Scott, Simple, fast, and practical non-blocking and
 *             blocking concurrent queue algorithms, PODC 1996, figure 1;
 *             Michael, IEEE TPDS 15(6), 2004, figure 6, for the hazards.  There
 *             the second hazard has a barrier and a look at head of its own,
 *             and the value is read before the swap; here the swap is both, one
 *             locked instruction less: the row "msqueue" of `make bench-host`.
 */
#include "sync/msqueue.h"

void msqueue_init(struct msqueue *q, struct msqueue_node *dummy,
		  void (*free)(void *node))
{
	/* relaxed: q is the caller's own until it is published */
	store_relaxed(&dummy->next, NULL);
	store_relaxed(&q->head, dummy);		/* relaxed: as above */
	store_relaxed(&q->tail, dummy);		/* relaxed: as above */
	q->free = free;
}

void msqueue_enqueue(struct msqueue *q, struct hazard *h,
		     struct msqueue_node *node, void *value)
{
	struct msqueue_node *last;
	void *next = NULL, *tail;

	node->value = value;
	/* relaxed: the cas of next releases it */
	store_relaxed(&node->next, NULL);
	/* ended by others standing still: each turn, one of them did a step */
	for (;;) {
		last = hazard_protect(h, 0, &q->tail);
		next = NULL;
		if (cas_acq_rel(&last->next, &next, node))	/* [A] */
			break;
		tail = last;
		next = load_acquire(&last->next);		/* [A] */
		(void)cas_release(&q->tail, &tail, next);	/* [C] */
	}
	tail = last;
	/* if this fails, somebody has moved it for us */
	(void)cas_acq_rel(&q->tail, &tail, node);		/* [C] */
	hazard_clear(h, 0);
}

bool msqueue_dequeue(struct msqueue *q, struct hazard *h, void **value)
{
	struct msqueue_node *first, *next;
	void *head, *tail;

	/* ended as in enqueue */
	for (;;) {
		first = hazard_protect(h, 0, &q->head);
		tail = load_acquire(&q->tail);			/* [C] */
		next = load_acquire(&first->next);		/* [A] */
		if (!next) {
			hazard_clear(h, 0);
			return false;
		}
		if (first == tail) {
			(void)cas_release(&q->tail, &tail, next); /* [C] */
			continue;
		}
		hazard_announce(h, 1, next);
		head = first;
		if (cas_acq_rel(&q->head, &head, next))		/* [B] */
			break;
	}
	*value = next->value;
	hazard_clear(h, 0);
	hazard_clear(h, 1);
	hazard_retire(h, &first->retired, first, q->free);
	return true;
}

void msqueue_destroy(struct msqueue *q)
{
	/* relaxed: nobody else is there */
	struct msqueue_node *node = load_relaxed(&q->head);

	while (node) {
		/* relaxed: as above */
		struct msqueue_node *next = load_relaxed(&node->next);

		q->free(node);
		node = next;
	}
}
