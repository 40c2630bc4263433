/*
 * sync/hash_ops.c - the hash table, as one of the lists that are sets.
 *
 * Invariant   An element that insert() has brought and the table has not taken
 *             is given back at once.
 * Ordering    None of its own.
 * References  sync/rcu_hash.h
 */
#include "sync/list_ops.h"

#include "kernel/errno.h"
#include "sync/rcu_hash.h"

struct any_hash {
	struct rcu_hash h;
	struct container_memory memory;
};

struct hash_element {
	struct rcu_hash_node node;
	struct rcu_head head;
	void (*free)(void *element);
};

static int any_hash_init(void *list, const struct container_memory *memory)
{
	struct any_hash *c = list;

	c->memory = *memory;
	return rcu_hash_init(&c->h, 0);
}

static void any_hash_destroy(void *list)
{
	struct any_hash *c = list;

	rcu_barrier();
	rcu_hash_destroy(&c->h, c->memory.free);
}

/* Where it can: else it is as it was, and only slower. */
static void fit(struct rcu_hash *h)
{
	if (preemptible())
		(void)!rcu_hash_fit(h);
}

static int any_hash_insert(void *list, void *self, uint64_t key)
{
	struct any_hash *c = list;
	struct hash_element *e = c->memory.alloc(sizeof(*e));

	(void)self;
	if (!e)
		return -ENOMEM;
	e->free = c->memory.free;
	if (!rcu_hash_insert(&c->h, &e->node, key)) {
		c->memory.free(e);
		return -EEXIST;
	}
	fit(&c->h);
	return 0;
}

static void free_element(struct rcu_head *head)
{
	struct hash_element *e = container_of(head, struct hash_element, head);

	e->free(e);
}

static bool any_hash_remove(void *list, void *self, uint64_t key)
{
	struct any_hash *c = list;
	struct rcu_hash_node *node = rcu_hash_remove(&c->h, key);
	struct hash_element *e;

	(void)self;
	if (!node)
		return false;
	e = container_of(node, struct hash_element, node);
	call_rcu(&e->head, free_element);
	fit(&c->h);
	return true;
}

static bool any_hash_contains(void *list, void *self, uint64_t key)
{
	struct any_hash *c = list;
	struct rcu_hash_node *node;
	bool right;

	(void)self;
	rcu_read_lock();
	node = rcu_hash_find(&c->h, key);
	right = node && node->key == key;
	rcu_read_unlock();
	return right;
}

const struct list_ops rcu_hash_ops = {
	.name = "hash table, RCU", .size = sizeof(struct any_hash),
	.init = any_hash_init, .destroy = any_hash_destroy,
	.join = list_join_nothing, .leave = list_leave_nothing,
	.insert = any_hash_insert, .remove = any_hash_remove,
	.contains = any_hash_contains,
};

_Static_assert(sizeof(struct any_hash) <= LIST_SIZE_MAX, "hash");
