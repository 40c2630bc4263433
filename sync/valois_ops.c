/*
 * sync/valois_ops.c - Valois' list, as one of the lists that are sets.
 *
 * Invariant   The list is the first member, so that a test finds it.
 * Ordering    None of its own.
 * References  sync/valois.h
 */
#include "sync/list_ops.h"

#include "sync/valois.h"

static int op_init(void *list, const struct container_memory *memory)
{
	return valois_init(list, memory->alloc, memory->free);
}

static void op_destroy(void *list)
{
	valois_destroy(list);
}

static int op_insert(void *list, void *self, uint64_t key)
{
	(void)self;
	return valois_insert(list, key);
}

static bool op_remove(void *list, void *self, uint64_t key)
{
	(void)self;
	return valois_remove(list, key);
}

static bool op_contains(void *list, void *self, uint64_t key)
{
	(void)self;
	return valois_contains(list, key);
}

const struct list_ops valois_ops = {
	.name = "valois, auxiliary nodes", .size = sizeof(struct valois),
	.init = op_init, .destroy = op_destroy,
	.join = list_join_nothing, .leave = list_leave_nothing,
	.insert = op_insert, .remove = op_remove, .contains = op_contains,
};

_Static_assert(sizeof(struct valois) <= LIST_SIZE_MAX, "valois");
