/*
 * tests/sync/test_barrier_tree.c - the combining tree, its shape, and one that
 * counts wrong.
 */
#include "sync/barrier_tree.h"

#include "kernel/test.h"
#include "arch/cpu.h"
#include "tests/crew.h"
#include "tests/sync/barrier_torture.h"

#define EPISODES	40
#define MANY		100000	/* a twin is found out long before */

BARRIER_OPS(barrier_tree)

static struct barrier_tree barrier;

TEST("sync/barrier_tree", test_barrier_tree_holds_all_until_all_came)
{
	struct barrier_score s;

	for (unsigned n = 1; n <= crew_size(); n++) {
		check(t, barrier_torture(t, &barrier_tree_ops, &barrier, n,
					 EPISODES, &s) == 0);
		check(t, s.episodes == EPISODES);
	}
}

static struct atomic32 through;

/* As if members 0 to 2 of five stood in their node already. */
static void come_late(unsigned last)
{
	if (!last) {
		barrier_tree_wait(&barrier, 3);
		store_release(&through, 1);
		return;
	}
	/* ended by member 3, who goes up to the root, or on */
	while (load_acquire(&barrier.node[2].arrived) < 1
	       && !load_acquire(&through))
		cpu_relax();
	if (!load_acquire(&through))
		barrier_tree_wait(&barrier, 4);
	else
		store_release(&through, 2);
}

TEST("sync/barrier_tree", test_barrier_tree_waits_for_the_other_node)
{
	if (crew_size() < 2) {
		test_skip(t, "needs two CPUs");
		return;
	}
	barrier_tree_init(&barrier, 5);
	/* relaxed, both: nobody else is there */
	store_relaxed(&barrier.node[0].arrived, 3);
	store_relaxed(&through, 0);
	crew_run(2, come_late);
	check(t, load_acquire(&through) == 1);
}

/* How many come to node i of a tree of n members in all. */
static unsigned awaited(unsigned i)
{
	return barrier.node[i].expected;
}

/* Every number of members: each is expected once, each node by its parent. */
TEST("sync/barrier_tree", test_barrier_tree_expects_each_member_once)
{
	for (unsigned n = 1; n <= NR_CPUS; n++) {
		unsigned first = 0, nodes = (n + 3) / 4, below = n;

		barrier_tree_init(&barrier, n);
		for (;;) {	/* level by level, up to the root */
			unsigned sum = 0;

			for (unsigned i = 0; i < nodes; i++) {
				sum += awaited(first + i);
				check(t, awaited(first + i) >= 1);
				check(t, awaited(first + i) <= 4);
				check(t, nodes == 1 ||
				      barrier.node[first + i].parent ==
				      first + nodes + i / 4);
			}
			check(t, sum == below);
			if (nodes == 1)
				break;
			first += nodes;
			below = nodes;
			nodes = (nodes + 3) / 4;
		}
		check(t, barrier.node[first].parent == BARRIER_TREE_ROOT);
	}
}

/* Twin: the last node of the members expects one too few. */
static void init_fan_in_off_by_one(void *barrier, unsigned n)
{
	struct barrier_tree *b = barrier;

	barrier_tree_init(b, n);
	b->node[(n - 1) / BARRIER_TREE_FAN].expected--;
}

static void meet_at(struct barrier_tree *b, struct barrier_tree_node *node)
{
	uint32_t sense = load_relaxed(&node->sense);
	bool last = fetch_add_acq_rel(&node->arrived, 1) + 1 == node->expected;

	twin_wrote();
	if (!last) {
		twin_wait(&node->sense, !sense);
		return;
	}
	if (node->parent != BARRIER_TREE_ROOT)
		meet_at(b, &b->node[node->parent]);
	store_relaxed(&node->arrived, 0);
	store_release(&node->sense, !sense);
	twin_wrote();
}

static void twin_tree_wait(void *barrier, unsigned member)
{
	struct barrier_tree *b = barrier;

	meet_at(b, &b->node[member / BARRIER_TREE_FAN]);
}

static void init_well(void *barrier, unsigned n)
{
	barrier_tree_init(barrier, n);
}

TEST("sync/barrier_tree", test_a_broken_tree_barrier_is_caught)
{
	static const struct barrier_ops twin = {
		"fan-in off by one", init_fan_in_off_by_one, twin_tree_wait,
	};
	static const struct barrier_ops sane = {
		"the same without the fault", init_well, twin_tree_wait,
	};
	struct barrier_score s;

	if (crew_size() < 2 || crew_is_watched()) {
		test_skip(t, "needs two CPUs, and no race detector");
		return;
	}
	check(t, barrier_torture(t, &sane, &barrier, crew_size(), 20, &s) == 0);
	check(t, barrier_torture(t, &twin, &barrier, crew_size(), MANY,
				 &s) > 0);
	test_note(t, "%s: early %u, stuck %u after %u episodes", twin.name,
		  s.early, s.stuck, s.episodes);
}
