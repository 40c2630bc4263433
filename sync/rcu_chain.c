/*
 * sync/rcu_chain.c - each change is one store that a walk can meet.
 *
 *     delete b      first -> [a] -> [b] -> [c]
 *                   first -> [a] --------> [c]
 *                             [b] ---------^       b.next stays
 *     replace b     first -> [a] -> [d] -> [c]
 *                             [b] ---------^
 *
 * Invariant   Along next from first, each link's at is the address of what
 *             names it.  at is the writers' own; readers see next alone, and
 *             each operation stores one next that readers can reach.
 *             From a link that was once in the chain, next leads to NULL
 *             through links that are not freed while a reader is there who
 *             could come from the first: a deleted one keeps its next, and what
 *             it names can be deleted, too, but not freed.
 * Ordering    rcu_assign_pointer() of a next -> rcu_dereference() of it: the
 *             element and its own next ([P] of sync/rcu.h).  When an element is
 *             deleted that is so for the one behind it, which another writer
 *             may have published: the lock came between.
 * References  Linux, include/linux/rculist.h, for what such a list offers;
 *             McKenney, Is Parallel Programming Hard, 9.5.
 */
#include "sync/rcu_chain.h"

#include "kernel/assert.h"

void rcu_chain_init(struct rcu_chain *chain)
{
	/* relaxed: the chain is the caller's own until it is published */
	store_relaxed(&chain->first, NULL);
}

static void add_at(struct atomic_ptr *at, struct rcu_link *link)
{
	/* relaxed: links change under the callers' lock only */
	struct rcu_link *next = load_relaxed(at);

	/* relaxed: the last line publishes it */
	store_relaxed(&link->next, next);
	link->at = at;
	if (next)
		next->at = &link->next;
	rcu_assign_pointer(at, link);
}

void rcu_chain_add(struct rcu_chain *chain, struct rcu_link *link)
{
	add_at(&chain->first, link);
}

void rcu_chain_add_behind(struct rcu_link *where, struct rcu_link *link)
{
	assert(where->at);
	add_at(&where->next, link);
}

void rcu_chain_del(struct rcu_link *link)
{
	/* relaxed: as above; it stays, for who stands in link */
	struct rcu_link *next = load_relaxed(&link->next);

	assert(link->at);
	if (next)
		next->at = link->at;
	rcu_assign_pointer(link->at, next);
	link->at = NULL;
}

void rcu_chain_replace(struct rcu_link *old, struct rcu_link *now)
{
	/* relaxed: as above */
	struct rcu_link *next = load_relaxed(&old->next);

	assert(old->at);
	/* relaxed: the line with now publishes it */
	store_relaxed(&now->next, next);
	now->at = old->at;
	if (next)
		next->at = &now->next;
	rcu_assign_pointer(now->at, now);
	old->at = NULL;
}
