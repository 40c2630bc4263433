/*
 * sync/lockdep_graph.c - orders of classes, and whether they go round.
 *
 * An order A -> B says: somebody held A and asked for B.  A deadlock is a
 * cycle of threads, each of which holds what the one before it asks for; so if
 * the orders have no cycle, no timing whatever can make one.
 *
 * Readers: who holds A for reading stops only those that wait for a reader of
 * A; who asks for B in a weak way (a reader that waits for no writer that
 * waits) is stopped only by a writer of B.  An order has one of four forms,
 * (A held alone or shared) x (B asked for in earnest or weakly), and a cycle
 * can deadlock unless somewhere an order that asks weakly is followed by one
 * that holds shared.  So a search keeps for each class whether it was reached
 * weakly only, and visits it at most twice.
 *
 * Interrupts are a class like a lock's, CLASS_INTERRUPT.  Who holds A with
 * interrupts enabled may have to wait for a handler to end: A -> interrupt.  A
 * handler that asks for B holds the CPU it interrupted: interrupt -> B.  So "A
 * is taken in a handler, and elsewhere with interrupts enabled" is a cycle of
 * two, and an irq-safe lock under which one is taken that is not irq-safe is a
 * cycle of three or more.  No other rule is needed.
 *
 * Invariant   Bits 0-3 of orders[a][b]: the forms that were seen and closed no
 *             cycle.  So these orders have no cycle that can deadlock.  Bits
 *             4-7: those that would have, and were told.
 *             Written under guard; a bit once set stays.
 * Ordering    [A] a trace is written before the count by which reports find it.
 *             For the orders none: a look without guard that misses a bit is
 *             repeated with it, and guard has an edge of its own.
 * References  Coffman, Elphick and Shoshani, System deadlocks, Computing
 *             Surveys 3(2), 1971.  Which cycles of readers count: Feng, Linux
 *             5.10, Documentation/locking/lockdep-design.rst, "Recursive read
 *             locks".
 */
#include "sync/lockdep.h"

#include "kernel/string.h"

#define TOLD_SHIFT	4
#define UNSEEN		UINT16_MAX

/* forms: 1 << (held shared) * 2 + (asked weakly) */
#define FORMS_ALONE	0x3u	/* those in which the first is held alone */
#define FORMS_EARNEST	0x5u	/* those in which the second may be waited for
				   by whoever waits for a reader */

static unsigned form(struct held_what before, struct held_what after)
{
	return (before.mode & HELD_SHARED ? 2 : 0) +
	       (after.mode & HELD_WEAK ? 1 : 0);
}

/* An order is no news if one that allows more cycles is known. */
static const uint8_t as_strong[] = { 0x1, 0x3, 0x5, 0xf };

bool lockdep_order_known(struct lockdep *d, struct held_what before,
			 struct held_what after)
{
	/* relaxed: a bit that is missed is looked for again under guard */
	unsigned seen = load_relaxed(&d->orders[before.class][after.class]);
	unsigned f = form(before, after);

	return seen & (as_strong[f] | 1u << (f + TOLD_SHIFT));
}

/* A node of the search: a class, and whether it was reached weakly only. */
static unsigned node_of(unsigned class, bool weak)
{
	return class * 2 + weak;
}

static unsigned tell_path(const struct lockdep *d, unsigned node,
			  uint16_t *path)
{
	unsigned last = 0;

	for (unsigned at = node; d->parent[at] != at; at = d->parent[at])
		last++;
	/* of a path too long, what comes before its end is left out */
	for (unsigned i = last; i || d->parent[node] != node; i--) {
		if (i < LOCKDEP_PATH - 1 || i == last)
			path[i < LOCKDEP_PATH ? i : LOCKDEP_PATH - 1] =
				node / 2;
		node = d->parent[node];
	}
	path[0] = node / 2;
	return last < LOCKDEP_PATH ? last + 1 : LOCKDEP_PATH;
}

/*
 * A path by which whoever holds `to` (shared or alone) can be waited for by
 * who asks for `from` in this mode: its classes, and how many; or 0.
 */
unsigned lockdep_search(struct lockdep *d, unsigned from, unsigned mode,
			unsigned to, bool shared, uint16_t *path)
{
	/* relaxed: under guard, here and below */
	unsigned n = load_relaxed(&d->nr_classes), head = 0, tail = 0;
	unsigned root = node_of(from, mode & HELD_WEAK);

	for (unsigned i = 0; i < 2 * n; i++)
		d->parent[i] = UNSEEN;
	d->parent[root] = root;
	d->queue[tail++] = root;
	while (head < tail) {
		unsigned node = d->queue[head++], class = node / 2;
		bool weak = node & 1;

		if (class == to && !(weak && shared))
			return tell_path(d, node, path);
		/* relaxed: so */
		if (!load_relaxed(&d->classes[class].orders))
			continue;
		for (unsigned next = 0; next < n; next++) {
			/* relaxed: so */
			unsigned f = load_relaxed(&d->orders[class][next]);
			unsigned reached;

			f &= weak ? FORMS_ALONE : 0xf;
			if (!f)
				continue;
			reached = node_of(next, !(f & FORMS_EARNEST));
			if (d->parent[reached & ~1u] != UNSEEN
			    || d->parent[reached] != UNSEEN)
				continue;
			d->parent[reached] = node;
			d->queue[tail++] = reached;
		}
	}
	return 0;
}

/* The caller's stack from site on: what is above it is ours. */
unsigned lockdep_backtrace(uint32_t site, uint32_t *pcs, unsigned max)
{
	uint64_t all[LOCKDEP_TRACE_DEPTH + 12];
	unsigned n = watch_backtrace(all, ARRAY_LEN(all)), first = 0, i;

	while (first < n && (uint32_t)all[first] != site)
		first++;
	if (first == n)
		first = 0;
	for (i = 0; i < max && first + i < n; i++)
		pcs[i] = (uint32_t)all[first + i];
	return i;
}

static void keep_trace_guarded(struct lockdep *d, struct held_what before,
			       struct held_what after, const uint32_t *pcs,
			       unsigned depth)
{
	/* relaxed: under guard */
	uint32_t n = load_relaxed(&d->nr_traces);
	struct lock_trace *t = &d->traces[n];

	if (n == LOCKDEP_TRACES) {
		lockdep_full(d, TABLE_TRACES);
		return;
	}
	t->from = before.class;
	t->to = after.class;
	t->held_site = before.site;
	t->depth = depth;
	for (unsigned i = 0; i < depth; i++)
		t->pcs[i] = pcs[i];
	store_release(&d->nr_traces, n + 1);		/* [A] */
}

void lockdep_order(struct lockdep *d, struct held_what before,
		   struct held_what after, struct lockdep_finding *f)
{
	struct atomic8 *order = &d->orders[before.class][after.class];
	unsigned bit = 1u << form(before, after), depth;
	uint32_t pcs[LOCKDEP_TRACE_DEPTH];
	uint64_t was;

	depth = lockdep_backtrace(f->site, pcs, LOCKDEP_TRACE_DEPTH);
	was = lockdep_guard(d);
	if (!lockdep_order_known(d, before, after)) {
		f->length = d->ops->search(d, after.class, after.mode,
					   before.class,
					   before.mode & HELD_SHARED, f->cycle);
		if (f->length)
			bit <<= TOLD_SHIFT;
		else
			/* relaxed: under guard */
			store_relaxed(&d->classes[before.class].orders, 1);
		/* relaxed: under guard, here and in the load */
		store_relaxed(order, load_relaxed(order) | bit);
		keep_trace_guarded(d, before, after, pcs, depth);
	}
	lockdep_unguard(d, was);
}

const struct lock_trace *lockdep_trace(struct lockdep *d, unsigned from,
				       unsigned to)
{
	uint32_t n = load_acquire(&d->nr_traces);	/* [A] */

	for (uint32_t i = 0; i < n; i++)
		if (d->traces[i].from == from && d->traces[i].to == to)
			return &d->traces[i];
	return NULL;
}
