/*
 * tests/sync/test_ref_list.c - who holds keeps, who is last frees; a twin.
 *
 * tests/sync/test_list_ops.c has what every list promises.
 */
#include "sync/ref_list.h"

#include "kernel/test.h"
#include "tests/sync/quarantine.h"

static struct ref_list list;

static struct ref_node *begin_with(uint64_t key)
{
	struct ref_node *node;

	quarantine_begin();
	ref_list_init(&list, quarantine_free);
	node = quarantine_alloc(sizeof(*node));
	if (node)
		(void)!ref_list_insert(&list, node, key);
	return node;
}

TEST("sync/ref_list", test_ref_list_what_is_held_stays)
{
	struct ref_node *node = begin_with(7), *held, *again;

	held = ref_list_get(&list, 7);
	again = ref_list_get(&list, 7);
	check(t, held == node && again == node);
	check(t, ref_list_delete(&list, 7));
	check(t, !ref_list_delete(&list, 7));
	check(t, ref_list_get(&list, 7) == NULL);
	ref_list_put(&list, held);
	check(t, quarantine_is_live(node) && node->key == 7);
	ref_list_put(&list, again);
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
}

TEST("sync/ref_list", test_ref_list_deletes_what_nobody_holds_at_once)
{
	begin_with(7);
	check(t, ref_list_delete(&list, 7));
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
}

/* Twin: finds under the lock, and raises the count behind it. */
TEST("sync/ref_list", test_ref_list_twin_that_raises_late_holds_the_dead)
{
	struct ref_node *node = begin_with(7), *found = list.head;

	check(t, found == node);
	/* here the twin has let go of the lock, and another deletes */
	check(t, ref_list_delete(&list, 7));
	check(t, !quarantine_is_live(found));
	check(t, quarantine_end() == 0);
}
