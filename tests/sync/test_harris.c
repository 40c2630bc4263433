/*
 * tests/sync/test_harris.c - one who stands still between mark and unlink, and
 * the twins that do without one of the two.
 *
 * tests/sync/test_list_ops.c has what every list promises.  Here a member that
 * stands still is played by hand, step by step.
 */
#include "sync/harris.h"

#include "kernel/test.h"
#include "tests/sync/history.h"

static struct harris list;
static struct hazard_domain domain;
static struct hazard *h;
static struct harris_node node[8];	/* node[k] has key k */
static unsigned freed;

static void count_free(void *unused)
{
	(void)unused;
	freed++;
}

static bool insert(unsigned key)
{
	bool done;

	history_call(0, LINEAR_INSERT, key);
	done = harris_insert(&list, h, &node[key], key);
	history_answer(0, LINEAR_INSERT, key, done);
	return done;
}

static bool take_out(unsigned key)
{
	bool done;

	history_call(0, LINEAR_REMOVE, key);
	done = harris_remove(&list, h, key);
	history_answer(0, LINEAR_REMOVE, key, done);
	return done;
}

static bool contains(unsigned key)
{
	bool there;

	history_call(0, LINEAR_CONTAINS, key);
	there = harris_contains(&list, h, key);
	history_answer(0, LINEAR_CONTAINS, key, there);
	return there;
}

static void begin(void)
{
	freed = 0;
	hazard_init(&domain);
	h = hazard_join(&domain);
	harris_init(&list, &harris_hazard, count_free);
	history_begin();
}

static void end(void)
{
	harris_destroy(&list);
	hazard_leave(h);
	hazard_drain(&domain);
}

static bool is_linear(void)
{
	struct linear_op ops[LINEAR_OPS];

	return linear_check(&linear_set, ops, history_collect(ops))
		== LINEAR_YES;
}

/* The first half of a removal, by member 1. */
static bool mark(unsigned key)
{
	void *next = load_acquire(&node[key].next);

	history_call(1, LINEAR_REMOVE, key);
	return cas_acq_rel(&node[key].next, &next,
			   (void *)((uintptr_t)next | HARRIS_MARK));
}

TEST("sync/harris", test_harris_others_unlink_what_is_marked)
{
	begin();
	check(t, insert(1) && insert(2) && insert(3));
	check(t, mark(2));
	check(t, !contains(2));
	check(t, load_acquire(&node[1].next) == &node[3]);
	check(t, contains(1) && contains(3));
	history_answer(1, LINEAR_REMOVE, 2, 1);
	check(t, is_linear());
	hazard_scan(h);
	check(t, freed == 1);
	end();
	check(t, freed == 3);
}

TEST("sync/harris", test_harris_removes_beside_one_who_stands_still)
{
	begin();
	check(t, insert(1) && insert(2) && insert(3));
	check(t, mark(2));
	check(t, !take_out(2));		/* it is member 1's */
	check(t, take_out(1) && take_out(3));
	check(t, !contains(1) && !contains(2) && !contains(3));
	history_answer(1, LINEAR_REMOVE, 2, 1);
	check(t, is_linear());
	end();
	check(t, freed == 3);
}

TEST("sync/harris", test_harris_nothing_is_linked_behind_what_is_gone)
{
	void *next;

	begin();
	check(t, insert(1) && insert(2) && insert(4));
	/* one who would insert 3 has found its place: behind 2 */
	next = load_acquire(&node[2].next);
	check(t, next == &node[4]);
	check(t, take_out(2));
	check(t, !cas_acq_rel(&node[2].next, &next, &node[3]));
	check(t, contains(4) && !contains(2));
	check(t, is_linear());
	end();
}

/* ----------------------------------------------------------------- twins */

/* Twin: unlinks without a mark.  What is linked behind meanwhile is lost. */
TEST("sync/harris", test_harris_twin_that_does_not_mark_loses_a_node)
{
	void *next, *cur = &node[2];

	begin();
	check(t, insert(1) && insert(2) && insert(4));
	history_call(1, LINEAR_INSERT, 3);
	next = load_acquire(&node[2].next);
	store_release(&node[3].next, next);
	node[3].key = 3;
	/* remove 2, by the one cas that seems to be enough */
	history_call(0, LINEAR_REMOVE, 2);
	check(t, cas_acq_rel(&node[1].next, &cur, next));
	history_answer(0, LINEAR_REMOVE, 2, 1);
	/* and the insertion finds node 2's link as it left it */
	check(t, cas_acq_rel(&node[2].next, &next, &node[3]));
	history_answer(1, LINEAR_INSERT, 3, 1);
	check(t, !contains(3));
	check(t, !is_linear());
	end();
}

/* Twin: finds without looking at the mark. */
static bool find_marked_too(unsigned key)
{
	uintptr_t at = (uintptr_t)load_acquire(&list.head);
	struct harris_node *n = (void *)at;

	while (n && n->key < key) {
		at = (uintptr_t)load_acquire(&n->next);
		n = (void *)(at & ~HARRIS_MARK);
	}
	return n && n->key == key;
}

TEST("sync/harris", test_harris_twin_that_ignores_the_mark_is_caught)
{
	bool there;

	begin();
	check(t, insert(1) && insert(2));
	check(t, mark(2));
	history_answer(1, LINEAR_REMOVE, 2, 1);
	history_call(0, LINEAR_CONTAINS, 2);
	there = find_marked_too(2);
	history_answer(0, LINEAR_CONTAINS, 2, there);
	check(t, there);
	check(t, !is_linear());
	end();
}

/* Twin: retires what it has marked, before it is unlinked. */
TEST("sync/harris", test_harris_twin_that_frees_before_unlink_is_caught)
{
	begin();
	check(t, insert(1) && insert(2));
	check(t, mark(2));
	node[2].free = count_free;
	harris_hazard.retire(h, &node[2]);
	hazard_scan(h);
	/* nobody protects it, so it is freed: and the list still names it */
	check(t, freed == 1);
	check(t, load_acquire(&node[1].next) == &node[2]);
	store_release(&node[1].next, NULL);
	end();
}
