/*
 * tests/sync/test_rcu_tree.c - the state of grace periods, one call at a time.
 */
#include "sync/rcu_tree.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "tests/crew.h"
#include "tests/dice.h"

#define FIRST	(-(uint64_t)4)	/* the numbers wrap in every test */

static struct rcu_tree tree;

static void make_tree(unsigned cpus)
{
	tree = (struct rcu_tree){ .seq = ATOMIC64(0) };
	rcu_tree_init(&tree, FIRST);
	for (unsigned cpu = 0; cpu < cpus; cpu++)
		rcu_tree_online(&tree, cpu);
}

/* 0 .. n-1 in an order that the seed decides */
static void shuffle(struct test *t, unsigned *order, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned j = test_random(t) % (i + 1);

		order[i] = order[j];
		order[j] = i;
	}
}

/* One grace period; returns whether it ended with the last report alone. */
static bool ends_with_the_last(struct test *t, unsigned cpus)
{
	uint64_t cookie = rcu_tree_cookie(&tree);
	unsigned order[NR_CPUS], early = 0;
	bool last = false;

	shuffle(t, order, cpus);
	if (!rcu_tree_start(&tree) || rcu_tree_scan(&tree))
		return false;
	for (unsigned i = 0; i < cpus; i++) {
		early += last || rcu_tree_passed(&tree, cookie);
		last = rcu_tree_report(&tree, order[i]);
	}
	return last && !early && rcu_tree_passed(&tree, cookie);
}

TEST("sync/rcu_tree", test_rcu_tree_waits_for_every_cpu)
{
	static const unsigned sizes[] = { 1, 2, 3, 15, 16, 17, 33, NR_CPUS };

	for (unsigned i = 0; i < ARRAY_LEN(sizes); i++) {
		if (sizes[i] > NR_CPUS)
			continue;
		make_tree(sizes[i]);
		for (unsigned round = 0; round < 5; round++)
			check(t, ends_with_the_last(t, sizes[i]));
	}
}

TEST("sync/rcu_tree", test_rcu_tree_one_begins_and_nobody_begins_twice)
{
	make_tree(2);
	check(t, rcu_tree_start(&tree));
	check(t, !rcu_tree_start(&tree));
	check(t, !rcu_tree_scan(&tree));
	check(t, !rcu_tree_report(&tree, 0));
	check(t, !rcu_tree_report(&tree, 0));	/* again: nothing */
	check(t, rcu_tree_report(&tree, 1));
	check(t, !rcu_tree_report(&tree, 1));
	check(t, !rcu_tree_scan(&tree));
}

TEST("sync/rcu_tree", test_rcu_tree_does_not_wait_for_the_idle)
{
	make_tree(3);
	check(t, !rcu_tree_idle_enter(&tree, 1));
	check(t, rcu_tree_start(&tree));
	check(t, !rcu_tree_scan(&tree));
	check(t, !rcu_tree_waits_for(&tree, 1));
	check(t, rcu_tree_waits_for(&tree, 0));
	check(t, rcu_tree_waits_for(&tree, 2));
	check(t, !rcu_tree_report(&tree, 0));
	/* who becomes idle reports itself: the last, here */
	check(t, rcu_tree_idle_enter(&tree, 2));
	/* all but one idle, and then all */
	check(t, rcu_tree_start(&tree));
	check(t, !rcu_tree_scan(&tree));
	check(t, rcu_tree_report(&tree, 0));
	check(t, !rcu_tree_idle_enter(&tree, 0));
	check(t, rcu_tree_start(&tree));
	check(t, rcu_tree_scan(&tree));
}

TEST("sync/rcu_tree", test_rcu_tree_waits_for_who_was_idle)
{
	make_tree(2);
	check(t, !rcu_tree_idle_enter(&tree, 1));
	check(t, rcu_tree_is_idle(&tree, 1));
	rcu_tree_idle_exit(&tree, 1);
	check(t, !rcu_tree_is_idle(&tree, 1));
	check(t, rcu_tree_start(&tree));
	check(t, !rcu_tree_scan(&tree));
	check(t, !rcu_tree_report(&tree, 0));
	check(t, rcu_tree_waits_for(&tree, 1));
	check(t, rcu_tree_report(&tree, 1));
}

/* An NMI upon an idle CPU: it counts meanwhile, and reports nothing. */
TEST("sync/rcu_tree", test_rcu_tree_nmi_leaves_the_report_to_others)
{
	make_tree(1);
	check(t, !rcu_tree_idle_enter(&tree, 0));
	rcu_tree_idle_exit(&tree, 0);
	check(t, rcu_tree_start(&tree));
	check(t, !rcu_tree_scan(&tree));
	rcu_tree_idle_enter_nmi(&tree, 0);
	check(t, rcu_tree_waits_for(&tree, 0));
	check(t, rcu_tree_scan(&tree));
}

TEST("sync/rcu_tree", test_rcu_tree_forgets_who_is_offline)
{
	make_tree(2);
	check(t, rcu_tree_start(&tree));
	check(t, !rcu_tree_scan(&tree));
	check(t, !rcu_tree_report(&tree, 0));
	check(t, rcu_tree_offline(&tree, 1));
	check(t, rcu_tree_start(&tree));
	check(t, !rcu_tree_waits_for(&tree, 1));
	check(t, !rcu_tree_scan(&tree));
	check(t, rcu_tree_report(&tree, 0));
	check(t, !rcu_tree_offline(&tree, 0));
	/* nobody is left: it ends at once */
	check(t, rcu_tree_start(&tree));
	check(t, rcu_tree_scan(&tree));
	check(t, !rcu_tree_scan(&tree));
}

/* A cookie from the middle of a grace period wants the next one whole. */
TEST("sync/rcu_tree", test_rcu_tree_cookie_is_a_whole_grace_period)
{
	make_tree(1);
	for (unsigned i = 0; i < 4; i++) {	/* and the numbers wrap */
		uint64_t before = rcu_tree_cookie(&tree), within;

		check(t, !rcu_tree_passed(&tree, before));
		check(t, rcu_tree_start(&tree));
		within = rcu_tree_cookie(&tree);
		check(t, !rcu_tree_scan(&tree));
		check(t, rcu_tree_report(&tree, 0));
		check(t, rcu_tree_passed(&tree, before));
		check(t, !rcu_tree_passed(&tree, within));
		check(t, rcu_tree_start(&tree));
		check(t, !rcu_tree_passed(&tree, within));
		check(t, !rcu_tree_scan(&tree));
		check(t, rcu_tree_report(&tree, 0));
		check(t, rcu_tree_passed(&tree, within));
	}
	check(t, rcu_tree_number(&tree) < 100);
}

/* Each node has at most RCU_FANOUT children, and each CPU one parent. */
TEST("sync/rcu_tree", test_rcu_tree_shares_no_line_among_many)
{
	unsigned children[RCU_NODES] = { 0 };
	unsigned depth = 0;

	for (unsigned n = 1; n < RCU_NODES; n++)
		children[(n - 1) / RCU_FANOUT]++;
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
		check(t, rcu_tree_leaf(cpu) < RCU_NODES);
		children[rcu_tree_leaf(cpu)]++;
	}
	for (unsigned n = 0; n < RCU_NODES; n++)
		check(t, children[n] <= RCU_FANOUT);
	for (unsigned n = rcu_tree_leaf(NR_CPUS - 1); n; n = (n - 1) / RCU_FANOUT)
		depth++;
	for (uint64_t reach = RCU_FANOUT; reach < NR_CPUS; reach *= RCU_FANOUT)
		check(t, depth-- > 0);
	check(t, depth == 0);
	check(t, sizeof(struct rcu_node) % CACHE_LINE == 0);
	check(t, sizeof(struct rcu_cpu) % CACHE_LINE == 0);
}

/* Nodes whose word a report changed: these are lines that CPUs share. */
static unsigned writes_of_report(unsigned cpu)
{
	uint64_t before[RCU_NODES];
	unsigned writes = 0;

	for (unsigned n = 0; n < RCU_NODES; n++)
		before[n] = load_relaxed(&tree.node[n].waiting);
	(void)!rcu_tree_report(&tree, cpu);
	for (unsigned n = 0; n < RCU_NODES; n++)
		writes += before[n] != load_relaxed(&tree.node[n].waiting);
	return writes;
}

/* No CPU writes more than the tree's height, and all of them little more. */
TEST("sync/rcu_tree", test_rcu_tree_writes_grow_as_the_logarithm)
{
	static const unsigned sizes[] = { 2, 8, 64, 255 };

	for (unsigned i = 0; i < ARRAY_LEN(sizes) && sizes[i] < NR_CPUS; i++) {
		unsigned most = 0, all = 0, height = 1;

		for (uint64_t reach = RCU_FANOUT; reach < NR_CPUS;
		     reach *= RCU_FANOUT)
			height++;
		make_tree(sizes[i]);
		check(t, rcu_tree_start(&tree));
		for (unsigned cpu = 0; cpu < sizes[i]; cpu++) {
			unsigned writes = writes_of_report(cpu);

			all += writes;
			most = writes > most ? writes : most;
		}
		test_note(t, "%u CPUs: %u writes to nodes, one CPU %u at most",
			  sizes[i], all, most);
		check(t, most <= height);
		check(t, all <= sizes[i] + RCU_NODES - 1);
	}
}

/*
 * Members report, idle and begin at the same time; what each has seen begin
 * must not end while it stays inside.
 */
static struct atomic32 ends, begins, early;
static uint64_t seeds[NR_CPUS];

/* relaxed, all of them: counts, looked at when the crew has been joined */
static void stay_inside(struct dice *d)
{
	uint64_t cookie = rcu_tree_cookie(&tree);

	if (rcu_tree_start(&tree))
		fetch_add_relaxed(&begins, 1);
	if (rcu_tree_scan(&tree))
		fetch_add_relaxed(&ends, 1);
	cpu_delay(roll(d) % 64);
	if (one_in(d, 4))
		crew_yield();
	if (rcu_tree_passed(&tree, cookie))
		fetch_add_relaxed(&early, 1);
}

static void come_and_go(unsigned member)
{
	struct dice d = { seeds[member] };
	unsigned cpu = cpu_id();

	rcu_tree_online(&tree, cpu);
	/* until there were enough, which takes all members, or in vain */
	for (unsigned i = 0; i < 20000 && load_relaxed(&begins) < 200; i++) {
		stay_inside(&d);
		if (one_in(&d, 4)) {
			if (rcu_tree_idle_enter(&tree, cpu))
				fetch_add_relaxed(&ends, 1);
			cpu_delay(roll(&d) % 64);
			rcu_tree_idle_exit(&tree, cpu);
		} else if (rcu_tree_is_due(&tree, cpu) &&
			   rcu_tree_report(&tree, cpu)) {
			fetch_add_relaxed(&ends, 1);
		}
	}
	if (rcu_tree_offline(&tree, cpu))
		fetch_add_relaxed(&ends, 1);
}

TEST("sync/rcu_tree", test_rcu_tree_keeps_its_word_in_a_crowd)
{
	make_tree(0);
	/* relaxed, all of them: nobody is there yet */
	store_relaxed(&ends, 0);
	store_relaxed(&begins, 0);
	store_relaxed(&early, 0);
	for (unsigned i = 0; i < NR_CPUS; i++)
		seeds[i] = test_random(t);
	crew_run(crew_size(), come_and_go);
	if (rcu_tree_scan(&tree))
		fetch_add_relaxed(&ends, 1);
	check(t, load_relaxed(&early) == 0);
	check(t, load_relaxed(&begins) > 10);
	check(t, load_relaxed(&ends) == load_relaxed(&begins));
	check(t, rcu_tree_number(&tree) - FIRST == 2 * load_relaxed(&ends));
}
