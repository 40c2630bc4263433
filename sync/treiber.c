/*
 * sync/treiber.c - one word, and a compare and swap on it.
 *
 * Invariant   From top along next lie the nodes, last pushed first.  A node's
 *             next changes only while the node is not in the stack.
 *             While a node is in slot 0 of a popper that saw it on top
 *             afterwards, it is not freed, so it cannot be pushed again: if it
 *             is on top at the swap, it has been there all the time, and the
 *             next that was read is its next.
 * Ordering    [A] push's cas of top -> pop's load of it, which is the one in
 *             hazard_protect(), sync/hazard.c: the node's content and its next.
 *             Pop's cas need not acquire: what it takes was seen by that load.
 *             But the next pop follows a next that this cas stored, and not a
 *             push: read-modify-writes of top in between keep the push's
 *             release sequence, so [A] holds for it too.
 * References  Treiber, Systems programming: coping with parallelism, IBM RJ
 *             5118, 1986; Michael, IEEE TPDS 15(6), 2004, figure 7.
 */
#include "sync/treiber.h"

void treiber_init(struct treiber *s)
{
	/* relaxed: s is the caller's own until it is published */
	store_relaxed(&s->top, NULL);
}

void treiber_push(struct treiber *s, struct treiber_node *node)
{
	/* relaxed: a guess that the cas judges */
	void *top = load_relaxed(&s->top);

	do
		/* relaxed: the cas below releases it */
		store_relaxed(&node->next, top);
	while (!cas_release(&s->top, &top, node));	/* [A] */
}

struct treiber_node *treiber_pop(struct treiber *s, struct hazard *h)
{
	struct treiber_node *node;
	void *top, *next;

	do {
		node = hazard_protect(h, 0, &s->top);
		if (!node)
			return NULL;
		top = node;
		next = load_relaxed(&node->next); /* relaxed: [A] showed it */
	} while (!cas_relaxed(&s->top, &top, next)); /* relaxed: only takes */
	hazard_clear(h, 0);
	return node;
}

void treiber_retire(struct hazard *h, struct treiber_node *node,
		    void (*free)(void *node))
{
	hazard_retire(h, &node->retired, node, free);
}
