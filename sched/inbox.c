/*
 * sched/inbox.c - a stack that is taken whole and turned around.
 *
 * Invariant   head leads through next to every node pushed since the last
 *             take, the newest first.  The taker empties it in one exchange,
 *             so a node is never unlinked while others push, and the ABA
 *             problem of popping one node does not arise.
 * Ordering    [A] push -> take: the node's content and its next.  Both are
 *             read-modify-writes of head, so they are totally ordered, and a
 *             push that comes after a take sees what the taker did before it.
 * References  R. K. Treiber, Systems programming: coping with parallelism,
 *             IBM RJ 5118, 1986.
 */
#include "sched/inbox.h"

bool inbox_push(struct inbox *inbox, struct inbox_node *node)
{
	/* relaxed: the compare-and-swap checks what we read */
	void *head = load_relaxed(&inbox->head);

	do {
		node->next = head;
	} while (!cas_acq_rel(&inbox->head, &head, node));	/* [A] */
	return !head;
}

struct inbox_node *inbox_take(struct inbox *inbox)
{
	struct inbox_node *oldest = NULL;
	struct inbox_node *newest;

	newest = xchg_acq_rel(&inbox->head, NULL);		/* [A] */
	while (newest) {
		struct inbox_node *next = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	return oldest;
}
