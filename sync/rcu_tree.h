/*
 * sync/rcu_tree.h - the state of grace periods: a combining tree.
 *
 * Guarantees  rcu_tree_start() begins a grace period if none is in progress.
 *             It is over when each CPU that counted (rcu_tree_online, not idle)
 *             when it began has called rcu_tree_report() or become idle since.
 *             Exactly one call returns true for that: the one that ended it.
 *             rcu_tree_cookie() stands for the first grace period that is
 *             wholly after the call; rcu_tree_passed(cookie) says that it is
 *             over, and then what the readers did before is seen.
 *             Nothing is ever waited for in here: no thread, no timer, no lock,
 *             no memory.
 * Context     Any but NMI; a CPU's own calls (report, idle, online) with
 *             preemption disabled, and not one upon the other.  Whoever began a
 *             grace period, or finds one in progress, calls rcu_tree_scan().
 * Cost        Two lines for each CPU that it alone writes; one for each node.
 *             A node is written by at most RCU_FANOUT CPUs or nodes below, and
 *             once by who begins the grace period.
 * See         docs/61-rcu-tree.md, tests/sync/test_rcu_tree.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/atomic.h"
#include "kernel/compiler.h"
#include "kernel/config.h"

/*
 * Nodes are numbered as in a heap: the children of n are n * F + 1 ... + F.
 * CPU c is the number RCU_NODES + c, so each node has at most F children.
 */
#define RCU_NODES	((NR_CPUS + RCU_FANOUT - 3) / (RCU_FANOUT - 1) + \
			 (NR_CPUS == 1))

struct rcu_node {
	struct atomic64 waiting;	/* grace period, children waited for */
	struct atomic64 online;		/* children that are CPUs and count */
} aligned_to(CACHE_LINE);

struct rcu_cpu {
	/* who scans looks at it */
	struct atomic32 active aligned_to(CACHE_LINE); /* odd: may read */
	/* nobody else looks at it, and it changes in each grace period */
	uint64_t seen aligned_to(CACHE_LINE);	/* the last reported for */
};

struct rcu_tree {
	/* odd: in progress; who begins or ends, and who waits, looks here */
	struct atomic64 seq aligned_to(CACHE_LINE);
	/* the last whose nodes are ready; all look here, at each switch */
	struct atomic64 begun aligned_to(CACHE_LINE);
	struct rcu_node node[RCU_NODES];
	struct rcu_cpu cpu[NR_CPUS];
};

/* seq: even; the number to begin with.  Zeroed memory is a tree, at 0. */
void rcu_tree_init(struct rcu_tree *t, uint64_t seq);

/* cpu counts, as one that is not idle; it does not any more. */
void rcu_tree_online(struct rcu_tree *t, unsigned cpu);
bool rcu_tree_offline(struct rcu_tree *t, unsigned cpu) must_check;

/* True: began one.  Then, or later: report for all CPUs that are idle. */
bool rcu_tree_start(struct rcu_tree *t);
bool rcu_tree_scan(struct rcu_tree *t) must_check;

/* A grace period may wait for cpu, which calls. */
static always_inline bool rcu_tree_is_due(const struct rcu_tree *t,
					  unsigned cpu)
{
	/* relaxed: found later if not now; rcu_tree_report() acquires it */
	return load_relaxed(&t->begun) != t->cpu[cpu].seen;
}

/* cpu, which calls, is not in a reader. */
bool rcu_tree_report(struct rcu_tree *t, unsigned cpu) must_check;

/* cpu, which calls, is idle; the same, for an NMI; not idle any more. */
bool rcu_tree_idle_enter(struct rcu_tree *t, unsigned cpu) must_check;
void rcu_tree_idle_enter_nmi(struct rcu_tree *t, unsigned cpu);
void rcu_tree_idle_exit(struct rcu_tree *t, unsigned cpu);
bool rcu_tree_is_idle(const struct rcu_tree *t, unsigned cpu);

uint64_t rcu_tree_cookie(const struct rcu_tree *t) must_check;
bool rcu_tree_passed(const struct rcu_tree *t, uint64_t cookie) must_check;

/* For who asks CPUs to report, and for people: a glance. */
static inline uint64_t rcu_tree_number(const struct rcu_tree *t)
{
	return load_relaxed(&t->seq);	/* relaxed: a glance */
}

uint64_t rcu_tree_waiting(const struct rcu_tree *t, unsigned node);

/* The node above cpu. */
static inline unsigned rcu_tree_leaf(unsigned cpu)
{
	return (RCU_NODES + cpu - 1) / RCU_FANOUT;
}

static inline bool rcu_tree_waits_for(const struct rcu_tree *t, unsigned cpu)
{
	return rcu_tree_waiting(t, rcu_tree_leaf(cpu)) >>
		(RCU_NODES + cpu - 1) % RCU_FANOUT & 1;
}
