/*
 * tests/checker/programs/ref_list.c - one finds an element and puts it back,
 * another deletes it; a third inserts one of the same key.
 */
#include "sync/ref_list.h"

#include "kernel/mem.h"

#include "tests/checker/checker.h"

struct element {
	struct ref_node node;
	unsigned value;
};

static struct ref_list list;
static bool inserted;

static bool insert(void)
{
	struct element *e = mem_alloc(sizeof(*e));

	e->value = 1;
	if (ref_list_insert(&list, &e->node, 5))
		return true;
	mem_free(e);
	return false;
}

static void look(void *unused)
{
	struct ref_node *node = ref_list_get(&list, 5);

	(void)unused;
	if (!node)
		return;
	assert(container_of(node, struct element, node)->value);
	ref_list_put(&list, node);
}

static void delete(void *unused)
{
	(void)unused;
	assert(ref_list_delete(&list, 5));
}

static void insert_again(void *unused)
{
	(void)unused;
	inserted = insert();
}

static void free_element(void *e)
{
	((struct element *)e)->value = 0;
	mem_free(e);
}

static void what_was_inserted_is_there(void)
{
	assert(ref_list_delete(&list, 5) == inserted);
	assert(!list.head);
}

void check_setup(void)
{
	ref_list_init(&list, free_element);
	assert(insert());
	check_thread("reader", look, NULL);
	check_thread("deleter", delete, NULL);
	check_thread("inserter", insert_again, NULL);
	check_finally(what_was_inserted_is_there);
}
