/*
 * sync/barrier_tree.c - the last to come to a node goes on to its parent.
 *
 * Invariant   Each node is a barrier as in sync/barrier_central.c of those
 *             below it, and the one who came last stands for them all at the
 *             parent.  It turns a node's sense only when it comes back from
 *             above, so no node opens before the root has: then all have come.
 *             Nodes lie level by level, the members' first: members 4i .. 4i+3
 *             come to node i; the nodes of a level to the next in the same way.
 * Ordering    [A] each addition to arrived -> the last one at the node, and
 *             with it to the parent: at the root all is gathered.
 *             [B] a store of sense -> those who wait at the node, downward, and
 *             each on its way down passes it on.
 * References  Yew, Tzeng and Lawrie, Distributing hot-spot addressing in
 *             large-scale multiprocessors, IEEE ToC C-36(4), 1987;
 *             Mellor-Crummey and Scott, TOCS 9(1), 1991, algorithm 8.
 */
#include "sync/barrier_tree.h"

#include "arch/cpu.h"
#include "kernel/assert.h"

static void node_init(struct barrier_tree_node *node, uint32_t expected,
		      uint32_t parent)
{
	/* relaxed: the tree is the caller's own until it is published */
	store_relaxed(&node->arrived, 0);
	store_relaxed(&node->sense, 0);	/* relaxed: as above */
	node->expected = expected;
	node->parent = parent;
}

void barrier_tree_init(struct barrier_tree *b, unsigned n)
{
	uint32_t first = 0, below = n, nodes;

	assert(n > 0 && n <= NR_CPUS);
	do {
		nodes = (below + BARRIER_TREE_FAN - 1) / BARRIER_TREE_FAN;
		assert(first + nodes <= BARRIER_TREE_NODES);
		for (uint32_t i = 0; i < nodes; i++) {
			uint32_t left = below - i * BARRIER_TREE_FAN;

			node_init(&b->node[first + i],
				  left < BARRIER_TREE_FAN ? left
							  : BARRIER_TREE_FAN,
				  first + nodes + i / BARRIER_TREE_FAN);
		}
		first += nodes;
		below = nodes;
	} while (nodes > 1);
	b->node[first - 1].parent = BARRIER_TREE_ROOT;
}

/* It calls itself once a level: four times at 256 members. */
static void meet_at(struct barrier_tree *b, struct barrier_tree_node *node)
{
	/* relaxed: it cannot change before we are counted */
	uint32_t sense = load_relaxed(&node->sense);
	uint32_t before = fetch_add_acq_rel(&node->arrived, 1);	/* [A] */

	if (before + 1 < node->expected) {
		while (load_acquire(&node->sense) == sense)	/* [B] */
			cpu_relax();
		return;
	}
	if (node->parent != BARRIER_TREE_ROOT)
		meet_at(b, &b->node[node->parent]);
	/* relaxed: [B] publishes it */
	store_relaxed(&node->arrived, 0);
	store_release(&node->sense, !sense);		/* [B] */
}

void barrier_tree_wait(struct barrier_tree *b, unsigned member)
{
	meet_at(b, &b->node[member / BARRIER_TREE_FAN]);
}
