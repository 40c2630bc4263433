/*
 * tests/sync/test_clh.c - what is the CLH lock's own; what it shares with the
 * others is in tests/sync/test_lock_ops.c.
 */
#include "kernel/test.h"
#include "sync/clh.h"

TEST("sync/clh", test_clh_gives_back_the_node_before)
{
	struct clh_node nodes[3];
	struct clh_node *a = &nodes[1], *b = &nodes[2];
	struct clh l;

	clh_init(&l, &nodes[0]);
	clh_lock(&l, a);
	clh_unlock(&l, &a);
	check(t, a == &nodes[0]);
	clh_lock(&l, b);
	clh_unlock(&l, &b);
	check(t, b == &nodes[1]);
}

TEST("sync/clh", test_clh_nodes_stay_as_many_as_they_were)
{
	struct clh_node nodes[4];
	struct clh_node *mine[3] = { &nodes[1], &nodes[2], &nodes[3] };
	struct clh l;

	clh_init(&l, &nodes[0]);
	for (unsigned i = 0; i < 100; i++) {
		unsigned k = test_random(t) % 3;

		clh_lock(&l, mine[k]);
		check(t, clh_last(&l) == (uintptr_t)mine[k]);
		clh_unlock(&l, &mine[k]);
		check(t, mine[0] != mine[1] && mine[1] != mine[2]
		      && mine[0] != mine[2]);
		for (unsigned j = 0; j < 3; j++)	/* one is the lock's */
			check(t, clh_last(&l) != (uintptr_t)mine[j]);
	}
}

TEST("sync/clh", test_clh_is_small)
{
	check(t, sizeof(struct clh) == 8 && sizeof(struct clh_node) == 16);
}
