/*
 * sync/treiber_tagged.c - a pointer and how often one was popped, as one.
 *
 * Invariant   From top along next lie the nodes, last pushed first.  Each pop
 *             adds one to tag, in the instruction that changes top.  A push
 *             leaves tag alone: a node that is pushed twice was popped between.
 *             So if a pop's cas finds the tag that it read first of all, nobody
 *             has popped since; the node that it then found on top is in the
 *             stack ever since, and its next is what it was.  If it is on top,
 *             too, the swap is right.
 *             The order matters: a tag that is read after the pointer may be
 *             newer than the node's last time in the stack, and younger than
 *             its next.
 * Ordering    [A] push's cas -> pop's load of top: the node's content and its
 *             next.  Through other pops' cas too, as in sync/treiber.c.
 *             [B] pop's cas -> pop's load of tag, an acquire so that the load
 *             of top stays behind it.
 *             A slow popper may read a next that its new owner just writes: so
 *             next is a shared word, and the cas throws the value away.
 * References  Treiber, IBM RJ 5118, 1986; the counter is older: IBM System/370
 *             Principles of Operation, appendix A (free-pool manipulation).
 *             That pops alone need count: Concurrency Kit, ck_stack.h.
 *             Intel SDM vol. 2A, CMPXCHG16B.
 */
#include "sync/treiber_tagged.h"

void treiber_tagged_init(struct treiber_tagged *s)
{
	/* relaxed: s is the caller's own until it is published */
	store_relaxed(&s->top, NULL);
	store_relaxed(&s->tag, 0);		/* relaxed: as above */
}

static struct word_pair pair_of(void *top, uint64_t tag)
{
	return (struct word_pair){ (uintptr_t)top, tag };
}

void treiber_tagged_push(struct treiber_tagged *s,
			 struct treiber_tagged_node *node)
{
	/* relaxed: a guess that the cas judges */
	void *top = load_relaxed(&s->top);

	do
		/* relaxed: the cas below releases it */
		store_relaxed(&node->next, top);
	while (!cas_release(&s->top, &top, node));	/* [A] */
}

struct treiber_tagged_node *treiber_tagged_pop(struct treiber_tagged *s)
{
	struct treiber_tagged_node *node;
	struct word_pair was;
	void *next;

	do {
		was.high = load_acquire(&s->tag);		/* [B] */
		was.low = (uintptr_t)load_acquire(&s->top);	/* [A] */
		node = (struct treiber_tagged_node *)was.low;
		if (!node)
			break;
		/* relaxed: [A] showed us next, or the cas will fail */
		next = load_relaxed(&node->next);
	} while (!cas_acq_rel(&s->both, &was,			/* [A] [B] */
			      pair_of(next, was.high + 1)));
	return node;
}
