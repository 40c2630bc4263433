/*
 * sync/treiber_tagged.c - a pointer and how often it was changed, as one.
 *
 * Invariant   From top along next lie the nodes, last pushed first.  Each
 *             change of top adds one to tag, in the same instruction, so no
 *             pair (top, tag) comes twice: a cas that finds the pair it read
 *             finds that nothing happened since.
 *             The pair is read in two pieces.  If they do not belong together,
 *             that pair never was or is no more, and the cas fails.
 * Ordering    [A] push's cas -> pop's load of top: the node's content and its
 *             next.  Through other pops' cas too, as in sync/treiber.c.
 *             A slow popper may read a next that its new owner just writes: so
 *             next is a shared word, and the cas throws the value away.
 *             Pop's load of tag is an acquire so that the load of next stays
 *             behind it: a next that is read before the tag could be older than
 *             the pair.
 * References  Treiber, IBM RJ 5118, 1986; the counter is older: IBM System/370
 *             Principles of Operation, appendix A (free-pool manipulation).
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
	void *top = load_relaxed(&s->top);	/* relaxed: the cas judges */
	uint64_t tag = load_relaxed(&s->tag);	/* relaxed: as above */
	struct word_pair was = pair_of(top, tag);

	do
		/* relaxed: the cas below releases it */
		store_relaxed(&node->next, (void *)was.low);
	while (!cas_acq_rel(&s->both, &was,
			    pair_of(node, was.high + 1)));	/* [A] */
}

struct treiber_tagged_node *treiber_tagged_pop(struct treiber_tagged *s)
{
	struct treiber_tagged_node *node;
	struct word_pair was;
	void *next;

	do {
		node = load_acquire(&s->top);			/* [A] */
		was = pair_of(node, load_acquire(&s->tag));	/* [A] */
		if (!node)
			return NULL;
		/* relaxed: [A] showed us next, or the cas will fail */
		next = load_relaxed(&node->next);
	} while (!cas_acq_rel(&s->both, &was,
			      pair_of(next, was.high + 1)));	/* [A] */
	return node;
}
