/*
 * tests/sched/test_inbox.c - sched/inbox.h alone; any world.
 */
#include "sched/inbox.h"

#include "kernel/test.h"

#define N	16

TEST("sched/inbox", test_nodes_come_out_in_the_order_of_pushes)
{
	struct inbox inbox = { ATOMIC_PTR(NULL) };
	struct inbox_node node[N];
	struct inbox_node *at;

	check(t, !inbox_take(&inbox));
	for (unsigned i = 0; i < N; i++)
		check(t, inbox_push(&inbox, &node[i]) == (i == 0));
	at = inbox_take(&inbox);
	for (unsigned i = 0; i < N; i++, at = at->next)
		if (!check(t, at == &node[i]))
			return;
	check(t, !at);
}

TEST("sched/inbox", test_a_taken_inbox_is_empty)
{
	struct inbox inbox = { ATOMIC_PTR(NULL) };
	struct inbox_node first, second;

	check(t, inbox_push(&inbox, &first));
	check(t, inbox_take(&inbox) == &first);
	check(t, !inbox_take(&inbox));
	check(t, inbox_push(&inbox, &second));
	check(t, inbox_take(&inbox) == &second);
}
