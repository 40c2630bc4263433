/*
 * sync/list_ops.c - the lists behind one face.
 *
 * Invariant   A node that insert() has brought and the list has not taken is
 *             given back at once.  A `self` holds its participant's hazards,
 *             or nothing.
 * Ordering    None of its own.
 * References  The files behind it.
 */
#include "sync/list_ops.h"

#include "kernel/errno.h"
#include "sync/harris.h"
#include "sync/rcu_list.h"
#include "sync/ref_list.h"

int list_join_nothing(void *list, void *self)
{
	(void)list;
	(void)self;
	return 0;
}

void list_leave_nothing(void *list, void *self)
{
	(void)list;
	(void)self;
}

/* ---------------------------------------------------------------- harris */

struct any_harris {
	struct harris l;
	struct hazard_domain d;
	struct container_memory memory;
};

static int init_harris(struct any_harris *c,
		       const struct container_memory *memory,
		       const struct harris_reclaim *reclaim)
{
	harris_init(&c->l, reclaim, memory->free);
	hazard_init(&c->d);
	c->memory = *memory;
	return 0;
}

static int hazard_list_init(void *list, const struct container_memory *memory)
{
	return init_harris(list, memory, &harris_hazard);
}

static int rcu_harris_init(void *list, const struct container_memory *memory)
{
	return init_harris(list, memory, &harris_rcu);
}

static void hazard_list_destroy(void *list)
{
	struct any_harris *c = list;

	harris_destroy(&c->l);
	hazard_drain(&c->d);
}

static void rcu_harris_destroy(void *list)
{
	struct any_harris *c = list;

	rcu_barrier();
	harris_destroy(&c->l);
}

static int hazard_list_join(void *list, void *self)
{
	struct any_harris *c = list;
	struct hazard **mine = self;

	*mine = hazard_join(&c->d);
	return *mine ? 0 : -ENOMEM;
}

static void hazard_list_leave(void *list, void *self)
{
	struct hazard **mine = self;

	(void)list;
	hazard_leave(*mine);
}

/* self's first word: the hazards, or nothing, which RCU does not ask for */
static int harris_any_insert(void *list, void *self, uint64_t key)
{
	struct any_harris *c = list;
	void **mine = self;
	struct harris_node *node = c->memory.alloc(sizeof(*node));

	if (!node)
		return -ENOMEM;
	if (harris_insert(&c->l, *mine, node, key))
		return 0;
	c->memory.free(node);
	return -EEXIST;
}

static bool harris_any_remove(void *list, void *self, uint64_t key)
{
	struct any_harris *c = list;
	void **mine = self;

	return harris_remove(&c->l, *mine, key);
}

static bool harris_any_contains(void *list, void *self, uint64_t key)
{
	struct any_harris *c = list;
	void **mine = self;

	return harris_contains(&c->l, *mine, key);
}

static const struct list_ops harris_hazard_ops = {
	.name = "harris-michael, hazard pointers",
	.size = sizeof(struct any_harris),
	.init = hazard_list_init, .destroy = hazard_list_destroy,
	.join = hazard_list_join, .leave = hazard_list_leave,
	.insert = harris_any_insert, .remove = harris_any_remove,
	.contains = harris_any_contains,
};

static const struct list_ops harris_rcu_ops = {
	.name = "harris-michael, RCU", .size = sizeof(struct any_harris),
	.init = rcu_harris_init, .destroy = rcu_harris_destroy,
	.join = list_join_nothing, .leave = list_leave_nothing,
	.insert = harris_any_insert, .remove = harris_any_remove,
	.contains = harris_any_contains,
};

/* -------------------------------------------------------------- ref_list */

struct any_ref_list {
	struct ref_list l;
	struct container_memory memory;
};

static int any_ref_init(void *list, const struct container_memory *memory)
{
	struct any_ref_list *c = list;

	ref_list_init(&c->l, memory->free);
	c->memory = *memory;
	return 0;
}

static void any_ref_destroy(void *list)
{
	struct any_ref_list *c = list;

	while (c->l.head)
		(void)!ref_list_delete(&c->l, c->l.head->key);
}

static int any_ref_insert(void *list, void *self, uint64_t key)
{
	struct any_ref_list *c = list;
	struct ref_node *node = c->memory.alloc(sizeof(*node));

	(void)self;
	if (!node)
		return -ENOMEM;
	if (ref_list_insert(&c->l, node, key))
		return 0;
	c->memory.free(node);
	return -EEXIST;
}

static bool any_ref_remove(void *list, void *self, uint64_t key)
{
	struct any_ref_list *c = list;

	(void)self;
	return ref_list_delete(&c->l, key);
}

static bool any_ref_contains(void *list, void *self, uint64_t key)
{
	struct any_ref_list *c = list;
	struct ref_node *node = ref_list_get(&c->l, key);
	bool right = node && node->key == key;

	(void)self;
	if (node)
		ref_list_put(&c->l, node);
	return right;
}

static const struct list_ops ref_list_ops = {
	.name = "lock and references", .size = sizeof(struct any_ref_list),
	.init = any_ref_init, .destroy = any_ref_destroy,
	.join = list_join_nothing, .leave = list_leave_nothing,
	.insert = any_ref_insert, .remove = any_ref_remove,
	.contains = any_ref_contains,
};

/* -------------------------------------------------------------- rcu_list */

struct any_rcu_list {
	struct rcu_list l;
	struct container_memory memory;
};

static int any_rcu_init(void *list, const struct container_memory *memory)
{
	struct any_rcu_list *c = list;

	rcu_list_init(&c->l, memory->free);
	c->memory = *memory;
	return 0;
}

static void any_rcu_destroy(void *list)
{
	struct any_rcu_list *c = list;

	rcu_barrier();
	rcu_list_destroy(&c->l);
}

static int any_rcu_insert(void *list, void *self, uint64_t key)
{
	struct any_rcu_list *c = list;
	struct rcu_list_node *node = c->memory.alloc(sizeof(*node));

	(void)self;
	if (!node)
		return -ENOMEM;
	if (rcu_list_insert(&c->l, node, key))
		return 0;
	c->memory.free(node);
	return -EEXIST;
}

static bool any_rcu_remove(void *list, void *self, uint64_t key)
{
	struct any_rcu_list *c = list;

	(void)self;
	return rcu_list_delete(&c->l, key);
}

static bool any_rcu_contains(void *list, void *self, uint64_t key)
{
	struct any_rcu_list *c = list;
	struct rcu_list_node *node;
	bool right;

	(void)self;
	rcu_read_lock();
	node = rcu_list_find(&c->l, key);
	right = node && node->key == key;
	rcu_read_unlock();
	return right;
}

static const struct list_ops rcu_list_ops = {
	.name = "lock and deferred free", .size = sizeof(struct any_rcu_list),
	.init = any_rcu_init, .destroy = any_rcu_destroy,
	.join = list_join_nothing, .leave = list_leave_nothing,
	.insert = any_rcu_insert, .remove = any_rcu_remove,
	.contains = any_rcu_contains,
};

_Static_assert(sizeof(struct any_harris) <= LIST_SIZE_MAX, "harris");

const struct list_ops *const list_table[] = {
	&harris_hazard_ops,
	&harris_rcu_ops,
	&ref_list_ops,
	&rcu_list_ops,
	&rcu_hash_ops,
	&valois_ops,
};
const unsigned list_count = ARRAY_LEN(list_table);
