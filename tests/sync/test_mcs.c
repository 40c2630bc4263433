/*
 * tests/sync/test_mcs.c - what is the MCS lock's own; what it shares with the
 * others is in tests/sync/test_lock_ops.c.
 */
#include "kernel/test.h"
#include "sync/mcs.h"

TEST("sync/mcs", test_mcs_takes_a_node_as_it_comes)
{
	struct mcs l = MCS_INIT;
	struct mcs_node node;

	__builtin_memset(&node, 0xa5, sizeof(node));
	mcs_lock(&l, &node);
	mcs_unlock(&l, &node);
	__builtin_memset(&node, 0xa5, sizeof(node));
	check(t, mcs_trylock(&l, &node));
	mcs_unlock(&l, &node);
	check(t, mcs_last(&l) == 0);
}

TEST("sync/mcs", test_mcs_forgets_a_node_that_was_unlocked)
{
	struct mcs l = MCS_INIT;
	struct mcs_node a, b;

	mcs_lock(&l, &a);
	check(t, mcs_last(&l) == (uintptr_t)&a);
	check(t, !mcs_trylock(&l, &b));
	check(t, mcs_last(&l) == (uintptr_t)&a);
	mcs_unlock(&l, &a);
	__builtin_memset(&a, 0xff, sizeof(a));
	mcs_lock(&l, &b);
	mcs_unlock(&l, &b);
	check(t, *(uint8_t *)&a == 0xff);
}

TEST("sync/mcs", test_mcs_init_frees_what_was_held)
{
	struct mcs l;
	struct mcs_node node;

	__builtin_memset(&l, 0xa5, sizeof(l));
	mcs_init(&l);
	check(t, mcs_trylock(&l, &node));
	check(t, sizeof(l) == 8 && sizeof(node) == 16);
}
