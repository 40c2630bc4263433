/*
 * tests/bench-rcu/flavour.h - an RCU as a program uses it: ours, and liburcu's.
 *
 * Guarantees  enter() and leave() begin and end a thread; read(n) is n empty
 *             readers, inlined as each library means it; report() says that the
 *             thread is not in a reader, where a flavour needs that.
 *             fill(n) makes a hash table with keys 0 to n - 1, in place of an
 *             earlier one; look(n) is n searches, each a reader of its own, for
 *             keys that are there, and returns how many were found.
 *             call_many(n) queues n callbacks, done() is how many were called.
 * Context     Threads; call_many() of one thread.
 * See         docs/64-rcu-measured.md
 */
#pragma once

struct flavour {
	const char *name;
	const char *group;	/* of equal guarantees: qsbr, or anywhere */
	void (*enter)(void);
	void (*leave)(void);
	void (*read)(unsigned n);
	void (*report)(void);
	void (*synchronize)(void);
	void (*call_many)(unsigned n);
	unsigned (*done)(void);
	void (*barrier)(void);
	void (*fill)(unsigned n);
	unsigned (*look)(unsigned n);
};

#define CALLS	100000
#define NODES	65536	/* of a table, at most; fill() takes powers of two */

/* the same keys, and the same hash, for all */
static inline unsigned draw_key(unsigned i, unsigned nodes)
{
	return (i * 2654435761u >> 8) & (nodes - 1);
}

extern const struct flavour flavour_ours, flavour_qsbr, flavour_mb,
	flavour_memb, flavour_bp;
