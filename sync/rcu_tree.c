/*
 * sync/rcu_tree.c - grace periods: who has begun one, who is waited for.
 *
 * Invariant   seq counts beginnings and ends: odd while grace period number
 *             seq is in progress.  It moves so:
 *             even -> odd    by whoever wants one, who then owns the nodes
 *             odd  -> even   by one who finds the root waiting for nobody
 *             In between, once: begun = seq, when all nodes are ready.
 *             waiting of a node is (the low bits of the number) << F | the
 *             children waited for.  A bit goes only from 1 to 0 while the
 *             number stands, and by a swap of the whole word, so a report that
 *             comes too late finds another number and does nothing.  Who clears
 *             a node's last bit, alone, goes on to the parent.
 *             A CPU's bit is cleared for one reason: after the beginning it was
 *             at a point outside of every reader.  Either it says so itself, or
 *             it was seen idle (active is even).  So no bit is left before that
 *             CPU's old readers have left.  An idle CPU does nothing: who began
 *             reports it; one that becomes idle later reports itself, see [D].
 * Ordering    [A] seq: its end -> rcu_tree_passed().
 *             [B] Who asks for a cookie: unlinking, fence, seq.  Who begins:
 *             seq, fence, all that follows.  A CPU that enters a reader after
 *             having been idle: active, fence, reading.  If the cookie is
 *             content with the end of grace period g, then seq was less than g
 *             when it was read, so its fence is before that of g's beginning.
 *             If the CPU is then seen idle, that fence is before the CPU's.
 *             So its reader sees the unlinking.
 *             [C] active, even: what the readers did -> the scan that sees it.
 *             [D] Becoming idle: active, fence, begun.  Beginning: begun,
 *             fence, active.  One of the two sees the other, or both do: the
 *             CPU reports itself, or the scan reports for it.
 *             [E] begun: the nodes, and with [B] every unlinking that g covers
 *             -> the report, and the readers that come after it.
 *             [F] waiting, from report to report up to the root: what all
 *             readers did -> who ends the grace period, and then [A].
 *             [G] online: a CPU that is not seen here enters its first reader
 *             after the fence of [B], as one that was idle.
 * References  P. E. McKenney, Is Parallel Programming Hard, And, If So, What
 *             Can You Do About It?, 9.5 and appendix B; the combining tree:
 *             Yew, Tzeng and Lawrie, IEEE TC C-36(4), 1987.  Rejected: a lock
 *             for each node, since reports come from inside the scheduler; a
 *             snapshot of active for each CPU, to be compared later.
 */
#include "sync/rcu_tree.h"

#define FANOUT_MASK	((1ULL << RCU_FANOUT) - 1)

_Static_assert(RCU_FANOUT >= 2 && RCU_FANOUT <= 32,
	       "a node's word has room for children and a number");

/* The number of a CPU among the children of all nodes. */
static unsigned child_number(unsigned cpu)
{
	return RCU_NODES + cpu;
}

static unsigned parent_of(unsigned child)
{
	return (child - 1) / RCU_FANOUT;
}

static uint64_t bit_of(unsigned child)
{
	return 1ULL << (child - 1) % RCU_FANOUT;
}

static uint64_t tag_of(uint64_t g)
{
	return g << RCU_FANOUT;
}

static bool is_of(uint64_t waiting, uint64_t g)
{
	return (waiting & ~FANOUT_MASK) == tag_of(g);
}

void rcu_tree_init(struct rcu_tree *t, uint64_t seq)
{
	/* relaxed: nobody else has seen it yet */
	store_relaxed(&t->seq, seq);
	store_relaxed(&t->begun, seq);		/* relaxed: as above */
}

/* The end of g: true for one of all who find nobody left. */
static bool end(struct rcu_tree *t, uint64_t g)
{
	return cas_acq_rel(&t->seq, &g, g + 1);			/* [A] */
}

/* These children of node n are done with g; and so on upwards. */
static bool clear(struct rcu_tree *t, unsigned n, uint64_t bits, uint64_t g)
{
	for (;;) {		/* ends at the root */
		struct atomic64 *word = &t->node[n].waiting;
		uint64_t was = load_relaxed(word); /* relaxed: the swap's */

		do {	/* again only if another child came in between */
			if (!is_of(was, g) || !(was & bits))
				return false;
		} while (!cas_acq_rel(word, &was, was & ~bits)); /* [F] */
		if (was & ~bits & FANOUT_MASK)
			return false;
		if (n == 0)
			return end(t, g);
		bits = bit_of(n);
		n = parent_of(n);
	}
}

/* Everybody who counts is waited for. */
static void prepare(struct rcu_tree *t, uint64_t g)
{
	uint64_t below[RCU_NODES] = { 0 };

	for (unsigned n = RCU_NODES; n-- > 0; ) {
		struct rcu_node *node = &t->node[n];
		uint64_t mask = below[n] |
			load_acquire(&node->online);		/* [G] */

		/* relaxed: begun publishes it */
		store_relaxed(&node->waiting, tag_of(g) | mask);
		if (mask && n)
			below[parent_of(n)] |= bit_of(n);
	}
}

bool rcu_tree_start(struct rcu_tree *t)
{
	uint64_t seq = load_relaxed(&t->seq);	/* relaxed: the swap's */

	if (seq & 1 || !cas_acq_rel(&t->seq, &seq, seq + 1))	/* [A] */
		return false;
	fence_seq_cst();					/* [B] */
	prepare(t, seq + 1);
	store_release(&t->begun, seq + 1);			/* [E] */
	fence_seq_cst();					/* [D] */
	return true;
}

bool rcu_tree_is_idle(const struct rcu_tree *t, unsigned cpu)
{
	return !(load_acquire(&t->cpu[cpu].active) & 1);	/* [C] */
}

/* Those of the children in mask that are CPUs, and idle. */
static uint64_t idle_among(const struct rcu_tree *t, unsigned n, uint64_t mask)
{
	uint64_t idle = 0;

	for (; mask; mask &= mask - 1) {
		unsigned child = n * RCU_FANOUT + 1 + __builtin_ctzll(mask);

		if (child >= RCU_NODES &&
		    rcu_tree_is_idle(t, child - RCU_NODES))
			idle |= bit_of(child);
	}
	return idle;
}

bool rcu_tree_scan(struct rcu_tree *t)
{
	uint64_t g = load_acquire(&t->begun);			/* [E] */

	for (unsigned n = RCU_NODES; n-- > 0; ) {
		/* relaxed: a hint; clear() looks again */
		uint64_t was = load_relaxed(&t->node[n].waiting);
		uint64_t idle;

		if (!is_of(was, g) || !(was & FANOUT_MASK))
			continue;
		idle = idle_among(t, n, was & FANOUT_MASK);
		if (idle && clear(t, n, idle, g))
			return true;
	}
	/* nobody counts; or who cleared the last bit is about to end it */
	return g & 1 && load_acquire(&t->node[0].waiting) == tag_of(g) /* [F] */
		&& end(t, g);
}

bool rcu_tree_report(struct rcu_tree *t, unsigned cpu)
{
	uint64_t g = load_acquire(&t->begun);			/* [E] */
	unsigned child = child_number(cpu);

	t->cpu[cpu].seen = g;
	return clear(t, parent_of(child), bit_of(child), g);
}

void rcu_tree_idle_enter_nmi(struct rcu_tree *t, unsigned cpu)
{
	struct atomic32 *active = &t->cpu[cpu].active;

	store_add_release(active, 1);	/* [C]: only its own CPU writes it */
}

bool rcu_tree_idle_enter(struct rcu_tree *t, unsigned cpu)
{
	rcu_tree_idle_enter_nmi(t, cpu);
	fence_seq_cst();					/* [D] */
	return rcu_tree_is_due(t, cpu) && rcu_tree_report(t, cpu);
}

void rcu_tree_idle_exit(struct rcu_tree *t, unsigned cpu)
{
	struct atomic32 *active = &t->cpu[cpu].active;

	/* relaxed: only its own CPU writes it; the fence orders it */
	store_relaxed(active, load_relaxed(active) + 1);
	fence_seq_cst();					/* [B] */
}

void rcu_tree_online(struct rcu_tree *t, unsigned cpu)
{
	unsigned child = child_number(cpu);

	fetch_or_acq_rel(&t->node[parent_of(child)].online,
			 bit_of(child));			/* [G] */
	rcu_tree_idle_exit(t, cpu);
}

bool rcu_tree_offline(struct rcu_tree *t, unsigned cpu)
{
	unsigned child = child_number(cpu);
	bool over = rcu_tree_idle_enter(t, cpu);

	fetch_and_acq_rel(&t->node[parent_of(child)].online,
			  ~bit_of(child));			/* [G] */
	return over;
}

uint64_t rcu_tree_cookie(const struct rcu_tree *t)
{
	fence_seq_cst();					/* [B] */
	/* an odd seq is of a grace period that began too early for us */
	return (load_acquire(&t->seq) + 3) & ~1ULL;		/* [A] */
}

bool rcu_tree_passed(const struct rcu_tree *t, uint64_t cookie)
{
	return (int64_t)(load_acquire(&t->seq) - cookie) >= 0;	/* [A] */
}

uint64_t rcu_tree_waiting(const struct rcu_tree *t, unsigned node)
{
	uint64_t g = load_acquire(&t->begun);			/* [E] */
	/* relaxed: a glance */
	uint64_t was = load_relaxed(&t->node[node].waiting);

	return is_of(was, g) ? was & FANOUT_MASK : 0;
}
