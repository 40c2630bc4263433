/*
 * sync/barrier_ops.h - one face for all barriers.
 *
 * Guarantees  init(b, n) makes b a barrier of n members, 1 <= n <= NR_CPUS.
 *             wait(b, m), m = 0 .. n-1, returns when all n have called it as
 *             often as this member has: nobody leaves an episode before all
 *             have come to it.  What each did before, all see after.  The next
 *             episode may begin at once.
 * Context     wait(): each member on a CPU of its own, which it spins on; may
 *             be preempted, and then all wait for it.
 * See         docs/25-barriers.md, tests/sync/barrier_torture.h
 */
#pragma once

struct barrier_ops {
	const char *name;
	void (*init)(void *barrier, unsigned n);
	void (*wait)(void *barrier, unsigned member);
};

/* x_ops, for what sync/x.h declares as x_init() and x_wait(). */
#define BARRIER_OPS(x) \
	static void x##_op_init(void *b, unsigned n) { x##_init(b, n); } \
	static void x##_op_wait(void *b, unsigned m) { x##_wait(b, m); } \
	static const struct barrier_ops x##_ops = { \
		#x, x##_op_init, x##_op_wait \
	};
