/*
 * tests/kernel/test_list.c - the order of a list, and what removal leaves.
 */
#include "kernel/list.h"

#include "kernel/test.h"

#define NODES	16

struct item {
	int value;
	struct list node;
};

static struct list head;
static struct item item[NODES];

static void fill(unsigned n)
{
	list_init(&head);
	for (unsigned i = 0; i < n; i++) {
		item[i].value = i;
		list_init(&item[i].node);
		list_push_back(&head, &item[i].node);
	}
}

static int value_of(struct list *node)
{
	return node ? list_entry(node, struct item, node)->value : -1;
}

/* Both directions, since a wrong prev shows only backwards. */
static bool holds(const int *want, unsigned n)
{
	struct list *back = head.prev;
	unsigned i = 0;

	list_for_each(pos, &head)
		if (i == n || value_of(pos) != want[i++])
			return false;
	if (i != n)
		return false;
	for (; back != &head; back = back->prev)
		if (i == 0 || value_of(back) != want[--i])
			return false;
	return i == 0;
}

TEST("kernel/list", test_list_push_back_keeps_the_order)
{
	fill(3);
	check(t, holds((int[]){ 0, 1, 2 }, 3));
}

TEST("kernel/list", test_list_push_front_turns_the_order_round)
{
	fill(0);
	for (unsigned i = 0; i < 3; i++) {
		item[i].value = i;
		list_push_front(&head, &item[i].node);
	}
	check(t, holds((int[]){ 2, 1, 0 }, 3));
}

TEST("kernel/list", test_list_pop_front_takes_the_first_until_empty)
{
	fill(2);
	check(t, value_of(list_pop_front(&head)) == 0);
	check(t, value_of(list_pop_front(&head)) == 1);
	check(t, list_pop_front(&head) == NULL);
	check(t, list_empty(&head));
}

TEST("kernel/list", test_list_removed_node_points_at_itself)
{
	fill(3);
	check(t, !list_empty(&item[1].node));
	list_remove(&item[1].node);
	check(t, list_empty(&item[1].node));
	check(t, holds((int[]){ 0, 2 }, 2));
	list_remove(&item[1].node);
	check(t, holds((int[]){ 0, 2 }, 2));
}

TEST("kernel/list", test_list_splice_moves_everything_in_order)
{
	struct list other = LIST_INIT(other);

	fill(4);
	for (unsigned i = 0; i < 2; i++)
		list_push_back(&other, list_pop_front(&head));
	list_splice_back(&head, &other);
	check(t, holds((int[]){ 2, 3, 0, 1 }, 4));
	check(t, list_empty(&other) && other.prev == &other);
	list_splice_back(&head, &other);
	check(t, holds((int[]){ 2, 3, 0, 1 }, 4));
}

TEST("kernel/list", test_list_for_each_safe_survives_removal)
{
	fill(5);
	list_for_each_safe(pos, &head)
		if (value_of(pos) % 2)
			list_remove(pos);
	check(t, holds((int[]){ 0, 2, 4 }, 3));
}

/* Against an array that holds the same values. */
TEST("kernel/list", test_list_agrees_with_an_array)
{
	int model[NODES];
	unsigned n = 0;

	fill(NODES);
	list_init(&head);
	for (unsigned i = 0; i < NODES; i++)
		list_init(&item[i].node);
	for (unsigned step = 0; step < 2000; step++) {
		unsigned i = test_random(t) % NODES;
		unsigned at = 0;

		if (list_empty(&item[i].node)) {
			list_push_back(&head, &item[i].node);
			model[n++] = i;
		} else {
			list_remove(&item[i].node);
			while (model[at] != (int)i)
				at++;
			for (n--; at < n; at++)
				model[at] = model[at + 1];
		}
		if (!check(t, holds(model, n)))
			return;
	}
}
