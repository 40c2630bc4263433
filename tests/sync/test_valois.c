/*
 * tests/sync/test_valois.c - neighbours that are deleted and inserted at once.
 *
 * tests/sync/test_list_ops.c has what every list promises.  Here two members
 * stand at their cursors, and their steps are played in an order.
 */
#include "sync/valois.h"

#include "arch/cpu.h"
#include "kernel/errno.h"
#include "kernel/test.h"
#include "tests/sync/gang.h"
#include "tests/sync/history.h"
#include "tests/sync/quarantine.h"

static struct valois list;
static struct valois_cursor one, two;

/* Keys 1 .. n. */
static void begin(struct test *t, unsigned n)
{
	quarantine_begin();
	check(t, valois_init(&list, quarantine_alloc, quarantine_free) == 0);
	for (uint64_t key = 1; key <= n; key++)
		check(t, valois_insert(&list, key) == 0);
}

/*
 * With n elements, and after one walk that tidies up: two ends, a node between
 * each two cells, and no more.
 */
static void end(struct test *t, unsigned n)
{
	check(t, !valois_contains(&list, UINT64_MAX));
	check(t, counted_in_use(&list.pool) == 3 + 2 * n);
	valois_destroy(&list);
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
}

/* The keys in the list, as decimal digits. */
static unsigned digits(void)
{
	unsigned all = 0;

	for (uint64_t key = 1; key < 10; key++)
		if (valois_contains(&list, key))
			all = 10 * all + key;
	return all;
}

static struct valois_node *next_of(struct valois_node *node)
{
	return load_acquire(&node->counted.link[VALOIS_NEXT]);
}

/* Auxiliary nodes without a cell between them. */
static unsigned most_in_a_row(void)
{
	unsigned most = 0, row = 0;
	struct valois_node *node;

	for (node = list.first; node != list.last; node = next_of(node)) {
		row = node->is_aux ? row + 1 : 0;
		most = row > most ? row : most;
	}
	return most;
}

static void leave_both(void)
{
	valois_leave(&list, &one);
	valois_leave(&list, &two);
}

TEST("sync/valois", test_valois_cells_and_auxiliary_nodes_take_turns)
{
	struct valois_node *node;

	begin(t, 4);
	check(t, valois_remove(&list, 2) && !valois_remove(&list, 2));
	check(t, valois_insert(&list, 3) == -EEXIST);
	check(t, digits() == 134);
	for (node = list.first; node != list.last; node = next_of(node))
		check(t, node->is_aux != next_of(node)->is_aux);
	end(t, 3);
}

/* The insertion that a list of cells alone would lose: see test_harris.c. */
TEST("sync/valois", test_valois_keeps_what_is_inserted_behind_a_deletion)
{
	struct valois_node *cell, *aux;

	begin(t, 2);
	check(t, valois_insert(&list, 4) == 0);
	cell = counted_alloc(&list.pool);
	aux = counted_alloc(&list.pool);
	aux->is_aux = true;
	cell->is_aux = false;
	cell->key = 3;
	/* one stands behind 2, and will insert 3 there; two deletes 2 */
	check(t, !valois_seek(&list, &one, 3) && one.cell->key == 2);
	check(t, valois_seek(&list, &two, 2));
	check(t, valois_try_delete(&list, &two));
	check(t, valois_try_insert(&list, &one, cell, aux));
	check(t, digits() == 134);
	counted_release(&list.pool, cell);
	counted_release(&list.pool, aux);
	leave_both();
	end(t, 3);
}

TEST("sync/valois", test_valois_neighbours_are_deleted_at_once)
{
	begin(t, 5);
	for (unsigned order = 0; order < 2; order++) {
		uint64_t low = 1 + 2 * order;

		check(t, valois_seek(&list, &one, low));
		check(t, valois_seek(&list, &two, low + 1));
		check(t, valois_try_delete(&list, order ? &one : &two));
		check(t, valois_try_delete(&list, order ? &two : &one));
		/* what they stand at is readable as long as they do */
		check(t, one.target->key == low && two.target->key == low + 1);
		leave_both();
		check(t, most_in_a_row() == 1);
	}
	check(t, digits() == 5);
	end(t, 1);
}

TEST("sync/valois", test_valois_one_place_lets_one_in)
{
	begin(t, 3);
	check(t, valois_seek(&list, &one, 2) && valois_seek(&list, &two, 2));
	check(t, valois_try_delete(&list, &one));
	check(t, !valois_try_delete(&list, &two));
	valois_update(&list, &two);
	check(t, two.target->key == 3 && two.cell->key == 1);
	check(t, valois_try_delete(&list, &two));
	check(t, digits() == 1);
	leave_both();
	end(t, 1);
}

/*
 * One stands at 1 while all behind is deleted, and 1 itself: what he holds
 * keeps his way on, and he finds what came since.
 */
TEST("sync/valois", test_valois_who_stands_in_a_deleted_cell_finds_on)
{
	begin(t, 4);
	check(t, valois_seek(&list, &one, 2) && one.cell->key == 1);
	for (uint64_t key = 1; key <= 4; key++)
		check(t, valois_remove(&list, key));
	check(t, valois_insert(&list, 6) == 0);
	check(t, one.cell->key == 1 && one.target->key == 2);
	check(t, counted_in_use(&list.pool) > 3 + 2 * 1);
	valois_update(&list, &one);
	check(t, one.target->key == 6);
	valois_leave(&list, &one);
	end(t, 1);
}

/* The first step of a deletion, and no more. */
static void unlink_only(struct test *t, struct valois_cursor *c)
{
	struct valois_node *aux;

	aux = counted_read(&list.pool,
			   &c->target->counted.link[VALOIS_NEXT]);
	check(t, counted_swap(&list.pool, &c->aux->counted.link[VALOIS_NEXT],
			      c->target, aux));
	counted_release(&list.pool, aux);
}

TEST("sync/valois", test_valois_goes_on_beside_one_who_stands_still)
{
	begin(t, 3);
	check(t, valois_seek(&list, &one, 2));
	unlink_only(t, &one);
	check(t, digits() == 13 && !valois_remove(&list, 2));
	check(t, valois_insert(&list, 2) == 0 && digits() == 123);
	check(t, valois_remove(&list, 1) && valois_remove(&list, 3));
	check(t, valois_insert(&list, 4) == 0 && valois_remove(&list, 2));
	/* he who stood still goes on: it was done long ago */
	check(t, one.target->key == 2);
	counted_set(&list.pool, &one.target->counted.link[VALOIS_BACK],
		    one.cell);
	valois_leave(&list, &one);
	check(t, digits() == 4);
	end(t, 1);
}

/* ----------------------------------------------------------------- twins */

/* Twin: no auxiliary nodes.  The swaps of neighbours undo each other. */
TEST("sync/valois", test_valois_twin_without_auxiliary_nodes_keeps_the_deleted)
{
	struct counted cell[4] = { 0 };
	void *expected;

	for (unsigned i = 0; i < 3; i++)
		store_release(&cell[i].link[0], &cell[i + 1]);
	/* delete 1 and 2 at once: each swaps the next of the cell before */
	expected = &cell[1];
	check(t, cas_acq_rel(&cell[0].link[0], &expected, &cell[2]));
	expected = &cell[2];
	check(t, cas_acq_rel(&cell[1].link[0], &expected, &cell[3]));
	/* both are told that it is done, and 2 is still there */
	check(t, load_acquire(&cell[0].link[0]) == &cell[2]);
}

/* Twin: deletes, and does not tidy up nor say where it was. */
TEST("sync/valois", test_valois_twin_that_leaves_no_way_back_is_caught)
{
	begin(t, 3);
	check(t, valois_seek(&list, &one, 2) && valois_seek(&list, &two, 3));
	unlink_only(t, &one);
	/* two deletes 3, from 2 on: its way back ends in 2, which is gone */
	check(t, valois_try_delete(&list, &two));
	check(t, most_in_a_row() > 1);
	check(t, digits() == 1 && most_in_a_row() == 1);
	leave_both();
	end(t, 1);
}

/* --------------------------------------------------------------- torture */

/*
 * Members own a key each, side by side, and insert and remove it all the time:
 * each change is a neighbour's.  Each must find his own as he left it.
 */
#define CROWD	6
#define ROUNDS	240

static struct atomic32 wrong;
static struct gang gang;

static void insert_and_remove(struct gang_member *m)
{
	uint64_t key = 1 + m->index;

	for (unsigned i = 0; i < ROUNDS; i++) {
		bool right = valois_insert(&list, key) == 0 &&
			     valois_contains(&list, key) &&
			     valois_insert(&list, key) == -EEXIST &&
			     valois_remove(&list, key) &&
			     !valois_contains(&list, key);

		fetch_add_relaxed(&wrong, !right);	/* relaxed: a count */
		gang_step(m);
		if (i % 16 == 0)
			gang_chaos(m);
	}
}

TEST("sync/valois", test_valois_neighbours_do_not_undo_each_other)
{
	begin(t, 0);
	/* relaxed: nobody else is there */
	store_relaxed(&wrong, 0);
	gang_start(&gang, CROWD, insert_and_remove, test_random(t));
	check(t, gang_wait(&gang, PATIENT));
	check(t, load_acquire(&wrong) == 0);
	check(t, digits() == 0);
	end(t, 0);
}
