/*
 * sync/ref_list.c - the lock keeps the list, the count keeps the element.
 *
 * Invariant   An element in the list has the list's reference, so its count is
 *             not zero: who finds it under the lock may raise it.  Deleting
 *             unlinks under the lock and then gives that reference back; from
 *             then on nobody can find it, and the count only falls.
 * Ordering    None of its own: the lock's edge ([A] of sync/spinlock.c) for the
 *             list, the count's ([A] of sync/refcount.c) for freeing.
 * References  McKenney and Slingwine, Read-copy update: using execution history
 *             to solve concurrency problems, PDCS 1998, and McKenney et al.,
 *             Read-copy update, OLS 2001, compare this with deferred free.
 */
#include "sync/ref_list.h"

/* Where key's element is linked, or NULL's place. */
static struct ref_node **find_locked(struct ref_list *l, uint64_t key)
{
	struct ref_node **at = &l->head;

	while (*at && (*at)->key != key)
		at = &(*at)->next;
	return at;
}

void ref_list_init(struct ref_list *l, void (*free)(void *node))
{
	spin_init(&l->lock);
	l->head = NULL;
	l->free = free;
}

bool ref_list_insert(struct ref_list *l, struct ref_node *node, uint64_t key)
{
	uint64_t was = spin_lock_irqsave(&l->lock);
	bool there = *find_locked(l, key);

	if (!there) {
		node->key = key;
		refcount_init(&node->refs, 1);
		node->next = l->head;
		l->head = node;
	}
	spin_unlock_irqrestore(&l->lock, was);
	return !there;
}

struct ref_node *ref_list_get(struct ref_list *l, uint64_t key)
{
	uint64_t was = spin_lock_irqsave(&l->lock);
	struct ref_node *node = *find_locked(l, key);

	if (node)
		refcount_inc(&node->refs);
	spin_unlock_irqrestore(&l->lock, was);
	return node;
}

void ref_list_put(struct ref_list *l, struct ref_node *node)
{
	if (refcount_dec_and_test(&node->refs))
		l->free(node);
}

bool ref_list_delete(struct ref_list *l, uint64_t key)
{
	uint64_t was = spin_lock_irqsave(&l->lock);
	struct ref_node **at = find_locked(l, key);
	struct ref_node *node = *at;

	if (node)
		*at = node->next;
	spin_unlock_irqrestore(&l->lock, was);
	if (node)
		ref_list_put(l, node);
	return node;
}
