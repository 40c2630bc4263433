/*
 * sync/wait_graph.c - waiters, holders, and the closure of "waits for".
 *
 * Invariant   A node waits on those that hold what it waits for.  closure[n] is
 *             the set that n waits on by any number of steps (Warshall); n is
 *             deadlocked if it is among its own.
 * Ordering    None: what others do is read as hints.
 * References  Holt, Some deadlock properties of computer systems, Computing
 *             Surveys 4(3), 1972; Warshall, JACM 9(1), 1962.
 */
#include "sync/wait_graph.h"

#include "arch/clock.h"
#include "kernel/format.h"
#include "kernel/string.h"
#include "sync/selves.h"

struct graph {
	struct wait_node *nodes;
	unsigned n;
};

/* The lock that s waits for, if it does. */
static bool waits_for_lock(struct sync_self *s, struct wait_node *node)
{
	uint32_t depth = depth_of(s);
	struct held_lock *l;
	struct held_what what;

	if (!depth || depth > SELF_HELD_MAX)
		return false;
	l = &s->held[depth - 1];
	what = what_of(l);
	if (what.state != HELD_WAITING)
		return false;
	/* relaxed: hints */
	node->object = load_relaxed(&l->lock);
	node->since_ns = load_relaxed(&l->since);	/* relaxed: so */
	node->class = what.class;
	node->kind = lockdep_judge(s)->classes[what.class].kind;
	node->sleeps = what.mode & HELD_SLEEPS;
	return node->object;
}

static bool waits_for_other(struct sync_self *s, struct wait_node *node)
{
	/* relaxed: hints */
	node->object = load_relaxed(&s->waits_for);
	node->since_ns = load_relaxed(&s->waits_since);	/* relaxed: so */
	node->kind = load_relaxed(&s->waits_kind);	/* relaxed: so */
	node->class = CLASS_NONE;
	node->sleeps = true;
	return node->object;
}

static void copy_held(struct sync_self *s, struct wait_node *node)
{
	uint32_t depth = depth_of(s);
	unsigned n = 0;

	memset(node->held, 0, sizeof(node->held));
	for (uint32_t i = 0; i < depth && i < SELF_HELD_MAX; i++)
		if (what_of(&s->held[i]).state >= HELD_GOT)
			/* relaxed: a hint */
			node->held[n++] = load_relaxed(&s->held[i].lock);
}

static bool add_waiter(struct sync_self *s, void *arg)
{
	struct graph *g = arg;
	struct wait_node *node = &g->nodes[g->n];

	if (!waits_for_lock(s, node) && !waits_for_other(s, node))
		return true;
	node->self = s;
	node->id = s->id;
	string_copy(node->name, s->name, WAIT_NAME);
	node->owner_name[0] = 0;
	node->waits_on = 0;
	node->guesses = 0;
	copy_held(s, node);
	return ++g->n < WAIT_NODES;
}

static bool holds(const struct sync_self *s, const struct wait_node *waiter)
{
	uint32_t depth = depth_of(s);

	if (waiter->kind == WATCH_THREAD)
		return s == waiter->object;
	for (uint32_t i = 0; i < depth && i < SELF_HELD_MAX; i++)
		/* relaxed: a hint */
		if (load_relaxed(&s->held[i].lock) == waiter->object &&
		    what_of(&s->held[i]).state >= HELD_GOT)
			return true;
	return false;
}

static bool took_unit(const struct sync_self *s, const struct wait_node *waiter)
{
	for (unsigned i = 0; i < SELF_UNITS_MAX; i++)
		/* relaxed: a hint */
		if (waiter->kind == WATCH_SEM &&
		    load_relaxed(&s->units[i]) == waiter->object)
			return true;
	return false;
}

static void name_owner(struct wait_node *node, const struct sync_self *s)
{
	node->owner_id = s->id;
	string_copy(node->owner_name, s->name, WAIT_NAME);
}

/* Whoever waits for something that s holds. */
static bool add_holder(struct sync_self *s, void *arg)
{
	struct graph *g = arg;
	uint64_t me = 0;

	for (unsigned i = 0; i < g->n; i++)
		if (g->nodes[i].self == s)
			me = 1ULL << i;
	for (unsigned i = 0; i < g->n; i++) {
		struct wait_node *node = &g->nodes[i];
		bool sure = holds(s, node);

		if (!sure && !took_unit(s, node))
			continue;
		name_owner(node, s);
		node->guesses |= me;
		if (sure)
			node->waits_on |= me;
	}
	return true;
}

static uint64_t cyclic(const struct graph *g, bool guess)
{
	uint64_t closure[WAIT_NODES], found = 0;

	for (unsigned i = 0; i < g->n; i++)
		closure[i] = guess ? g->nodes[i].guesses
				   : g->nodes[i].waits_on;
	for (unsigned via = 0; via < g->n; via++)
		for (unsigned i = 0; i < g->n; i++)
			if (closure[i] >> via & 1)
				closure[i] |= closure[via];
	for (unsigned i = 0; i < g->n; i++)
		found |= closure[i] & 1ULL << i;
	return found;
}

unsigned wait_graph(struct wait_node *nodes)
{
	struct graph g = { nodes, 0 };
	uint64_t sure, maybe;

	selves_each(add_waiter, &g);
	selves_each(add_holder, &g);
	sure = cyclic(&g, false);
	maybe = cyclic(&g, true);
	for (unsigned i = 0; i < g.n; i++) {
		nodes[i].deadlocked = sure >> i & 1;
		nodes[i].guessed = (maybe & ~sure) >> i & 1;
	}
	return g.n;
}

static void print_node(const struct wait_node *node, uint64_t now,
		       void (*say)(const char *line))
{
	char line[160], lock[72];

	if (node->class == CLASS_NONE)
		string_copy(lock, lockdep_kind_name(node->kind), sizeof(lock));
	else
		lockdep_name(&kernel_lockdep, node->class, lock, sizeof(lock));
	format_to(line, sizeof(line), "%s %u \"%s\" %s %s, %lu ms",
		  node->deadlocked ? "DEADLOCK" : node->guessed ? "deadlock?"
		  : "thread", node->id, node->name,
		  node->sleeps ? "sleeps for" : "spins for", lock,
		  (now - node->since_ns) / 1000000);
	say(line);
	if (node->owner_name[0]) {
		format_to(line, sizeof(line), "    %s thread %u \"%s\"",
			  node->kind == WATCH_SEM ? "of which units took"
			  : node->kind == WATCH_THREAD ? "that is"
			  : "which is held by",
			  node->owner_id, node->owner_name);
		say(line);
	}
}

void wait_graph_print(const struct wait_node *nodes, unsigned n,
		      void (*say)(const char *line))
{
	uint64_t now = clock_ns();

	for (unsigned i = 0; i < n; i++)
		print_node(&nodes[i], now, say);
}
