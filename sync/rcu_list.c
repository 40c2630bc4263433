/*
 * sync/rcu_list.c - publish whole nodes, unlink by one store, free later.
 *
 *     delete b:   head -> [a] -> [b] -> [c]
 *                 head -> [a] --------> [c]     a reader in b goes on to c
 *                          [b] ---------^       b.next is left as it is
 *
 * Invariant   Links are written under the lock only, so a writer may read them
 *             as it likes.  From a node that was once in the list, next leads
 *             to NULL through nodes that are not freed: an unlinked node keeps
 *             its next, and a node behind it can be unlinked, but not freed,
 *             while a reader is there that could come from the first.
 * Ordering    rcu_assign_pointer() of a link -> rcu_dereference() of it: the
 *             node's key and its next ([P] of sync/rcu.h).
 *             Unlinking needs no order for readers who miss it: they are why
 *             the free is deferred.
 * References  McKenney and Slingwine, PDCS 1998; McKenney et al., Read-copy
 *             update, OLS 2001, "deferred free".
 */
#include "sync/rcu_list.h"

void rcu_list_init(struct rcu_list *l, void (*free)(void *node))
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->head, NULL);
	spin_init(&l->lock);
	l->free = free;
}

struct rcu_list_node *rcu_list_find(const struct rcu_list *l, uint64_t key)
{
	struct rcu_list_node *node = rcu_dereference(&l->head);

	while (node && node->key != key)
		node = rcu_dereference(&node->next);
	return node;
}

/* The link that names key's node, or the last link. */
static struct atomic_ptr *find_locked(struct rcu_list *l, uint64_t key)
{
	struct atomic_ptr *at = &l->head;
	struct rcu_list_node *node;

	/* relaxed: links change under the lock only, which we hold */
	while ((node = load_relaxed(at)) && node->key != key)
		at = &node->next;
	return at;
}

bool rcu_list_insert(struct rcu_list *l, struct rcu_list_node *node,
		     uint64_t key)
{
	uint64_t was = spin_lock_irqsave(&l->lock);
	/* relaxed: as in find_locked() */
	bool there = load_relaxed(find_locked(l, key));

	if (!there) {
		node->key = key;
		node->free = l->free;
		/* relaxed: we hold the lock; then the next line publishes */
		store_relaxed(&node->next, load_relaxed(&l->head));
		rcu_assign_pointer(&l->head, node);
	}
	spin_unlock_irqrestore(&l->lock, was);
	return !there;
}

static void free_node(struct rcu_head *head)
{
	struct rcu_list_node *node;

	node = container_of(head, struct rcu_list_node, head);
	node->free(node);
}

bool rcu_list_delete(struct rcu_list *l, uint64_t key)
{
	uint64_t was = spin_lock_irqsave(&l->lock);
	struct atomic_ptr *at = find_locked(l, key);
	/* relaxed: as in find_locked() */
	struct rcu_list_node *node = load_relaxed(at);

	if (node)
		/* relaxed: as above; next stays, for who stands in node */
		rcu_assign_pointer(at, load_relaxed(&node->next));
	spin_unlock_irqrestore(&l->lock, was);
	if (node)
		call_rcu(&node->head, free_node);
	return node;
}

void rcu_list_destroy(struct rcu_list *l)
{
	/* relaxed: nobody else is there */
	struct rcu_list_node *node = load_relaxed(&l->head);

	while (node) {
		/* relaxed: as above */
		struct rcu_list_node *next = load_relaxed(&node->next);

		l->free(node);
		node = next;
	}
	store_relaxed(&l->head, NULL);	/* relaxed: as above */
}
