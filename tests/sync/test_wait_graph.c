/*
 * tests/sync/test_wait_graph.c - who waits for whom, of threads made by hand.
 */
#include "sync/wait_graph.h"

#include "kernel/mem.h"
#include "kernel/test.h"
#include "sync/selves.h"

#define MANY	6

static struct sync_self some[MANY];
static int locks[MANY];
static struct wait_node *nodes;

static void begin(void)
{
	for (unsigned i = 0; i < MANY; i++) {
		some[i] = (struct sync_self){ 0 };
		selves_add(&some[i], 7000 + i, "some");
	}
}

static void end(void)
{
	for (unsigned i = 0; i < MANY; i++)
		selves_remove(&some[i]);
}

static void put(unsigned who, unsigned lock, enum held_state state)
{
	struct held_what what = { .class = CLASS_NONE, .mode = HELD_SLEEPS,
				  .state = state };
	uint32_t depth = load_relaxed(&some[who].depth);

	store_relaxed(&some[who].held[depth].lock, &locks[lock]);
	store_relaxed(&some[who].held[depth].what, held_pack(what));
	store_relaxed(&some[who].depth, depth + 1);
}

static void hold(unsigned who, unsigned lock)
{
	put(who, lock, HELD_GOT);
}

static void await(unsigned who, unsigned lock)
{
	put(who, lock, HELD_WAITING);
}

/* The node of some[who], after a look; or NULL. */
static const struct wait_node *node_of(unsigned who, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (nodes[i].self == &some[who])
			return &nodes[i];
	return NULL;
}

static bool look(struct test *t, unsigned *n)
{
	nodes = mem_alloc(WAIT_NODES * sizeof(*nodes));
	if (check(t, nodes))
		*n = wait_graph(nodes);
	return nodes;
}

static void check_stuck(struct test *t, unsigned n, unsigned who, bool stuck)
{
	const struct wait_node *node = node_of(who, n);

	if (check(t, node))
		check(t, node->deadlocked == stuck);
}

TEST("sync/wait_graph", test_wait_graph_names_a_circle_and_its_tail)
{
	unsigned n;

	begin();
	for (unsigned i = 0; i < 3; i++) {	/* 0 -> 1 -> 2 -> 0 */
		hold(i, i);
		await(i, (i + 1) % 3);
	}
	hold(3, 3);
	await(3, 0);	/* waits for the circle, is not of it */
	if (look(t, &n)) {
		for (unsigned i = 0; i < 3; i++)
			check_stuck(t, n, i, true);
		check_stuck(t, n, 3, false);
		check(t, node_of(3, n) && node_of(3, n)->owner_id == 7000);
		check(t, !node_of(4, n));
	}
	mem_free(nodes);
	end();
}

TEST("sync/wait_graph", test_wait_graph_chain_is_no_deadlock)
{
	unsigned n;

	begin();
	for (unsigned i = 0; i + 1 < MANY; i++) {
		hold(i, i);
		await(i, i + 1);
	}
	hold(MANY - 1, MANY - 1);
	if (look(t, &n))
		for (unsigned i = 0; i + 1 < MANY; i++)
			check_stuck(t, n, i, false);
	mem_free(nodes);
	end();
}

/* A writer waits for two readers, the second of which waits for the writer. */
TEST("sync/wait_graph", test_wait_graph_follows_each_of_many_holders)
{
	unsigned n;

	begin();
	hold(0, 0);
	hold(1, 0);
	hold(2, 1);
	await(2, 0);
	await(1, 1);
	if (look(t, &n)) {
		check_stuck(t, n, 2, true);
		check_stuck(t, n, 1, true);
	}
	mem_free(nodes);
	end();
}

static void wait_other(unsigned who, const void *object, enum watch_kind kind)
{
	store_relaxed(&some[who].waits_kind, kind);
	store_relaxed(&some[who].waits_for, (void *)object);
}

TEST("sync/wait_graph", test_wait_graph_knows_who_waits_for_an_end)
{
	unsigned n;

	begin();
	hold(0, 0);
	wait_other(0, &some[1], WATCH_THREAD);
	await(1, 0);
	if (look(t, &n)) {
		check_stuck(t, n, 0, true);
		check_stuck(t, n, 1, true);
	}
	mem_free(nodes);
	end();
}

TEST("sync/wait_graph", test_wait_graph_only_guesses_about_units)
{
	unsigned n;

	begin();
	hold(0, 0);
	wait_other(0, &locks[5], WATCH_SEM);
	store_relaxed(&some[1].units[2], &locks[5]);
	await(1, 0);
	if (look(t, &n)) {
		check_stuck(t, n, 0, false);
		check_stuck(t, n, 1, false);
		check(t, node_of(0, n) && node_of(0, n)->guessed);
		check(t, node_of(1, n) && node_of(1, n)->guessed);
	}
	mem_free(nodes);
	end();
}

/* A semaphore begins with a lock: who waits for that, waits for no unit. */
TEST("sync/wait_graph", test_wait_graph_knows_a_lock_from_the_unit_around_it)
{
	unsigned n;

	begin();
	hold(0, 0);
	await(0, 5);
	store_relaxed(&some[1].units[0], &locks[5]);
	await(1, 0);
	if (look(t, &n)) {
		const struct wait_node *node = node_of(0, n);

		check_stuck(t, n, 0, false);
		check(t, node && !node->guessed && !node->owner_name[0]);
		check(t, node_of(1, n) && !node_of(1, n)->guessed);
	}
	mem_free(nodes);
	end();
}

TEST("sync/wait_graph", test_wait_graph_ends_where_the_nodes_end)
{
	const unsigned crowd = WAIT_NODES + 4;
	struct sync_self *more = mem_alloc(crowd * sizeof(*more));
	unsigned n;

	if (!check(t, more))
		return;
	for (unsigned i = 0; i < crowd; i++) {
		store_relaxed(&more[i].waits_for, &locks[0]);
		store_relaxed(&more[i].waits_kind, WATCH_COMPLETION);
		selves_add(&more[i], 7100 + i, "crowd");
	}
	if (look(t, &n))
		check(t, n == WAIT_NODES);
	mem_free(nodes);
	for (unsigned i = 0; i < crowd; i++)
		selves_remove(&more[i]);
	mem_free(more);
}
