/*
 * tests/litmus/litmus.h - a litmus test as C, for the CPUs and for the checker.
 *
 * Guarantees  tools/litmus writes for each thread of a test a function over an
 *             instance: its words, locks and domains, by number.  Every word
 *             has 64 bits and a cache line of its own.  A pointer is the
 *             address of a struct litmus_word as a number.
 *             litmus_value() says what a place of an instance holds at the end;
 *             the address of word k is told as LITMUS_BASE + 64 * k, so that
 *             all instances, and all engines, tell the same.
 * Context     The C also includes a litmus_ops.h: that of tests/litmus/kernel,
 *             where the project's locks and RCU are meant, or the one of
 *             tests/litmus/checked, where they are what they promise.
 * See         docs/51-litmus.md, tools/litmuslib/emit.py
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/atomic.h"
#include "sync/spinlock.h"

#define LITMUS_BASE	((int64_t)1 << 40)
#define LITMUS_WORDS	12
#define LITMUS_LOCKS	4
#define LITMUS_DOMAINS	2
#define LITMUS_THREADS	6
#define LITMUS_REGISTERS	32
#define LITMUS_PLACES	24

struct litmus_word {
	struct atomic64 w;
} aligned_to(64);

/* In the kernel a spinlock; in the checker a word that says what it means. */
struct litmus_lock {
	struct spinlock spin;
	struct atomic64 held;
} aligned_to(64);

struct litmus_domain {
	void *own;
};

/* How a section and a grace period meet is chosen by a bit, or (-1) known. */
struct litmus_order {
	int bit, number;
};

#define LITMUS_END	{ -1, -1 }

struct litmus_instance {
	struct litmus_word w[LITMUS_WORDS];
	struct litmus_lock l[LITMUS_LOCKS];
	struct litmus_domain d[LITMUS_DOMAINS];
	int64_t r[LITMUS_THREADS][LITMUS_REGISTERS];
	bool whole[LITMUS_THREADS];	/* the thread ran to its end */
};

struct litmus_place {
	int thread;		/* or -1: a word */
	unsigned number;	/* of the register, or of the word */
};

struct litmus_test {
	const char *name;
	unsigned threads, words, places;
	bool slow;		/* waits for grace periods */
	void (*thread[LITMUS_THREADS])(struct litmus_instance *v);
	int64_t start[LITMUS_WORDS];	/* numbers, or told addresses */
	struct litmus_place place[LITMUS_PLACES];
};

extern const struct litmus_test litmus_tests[];
extern const unsigned litmus_count;

#define litmus_at(address)	(&((struct litmus_word *)(uintptr_t)(address))->w)

static inline int64_t litmus_address(const struct litmus_instance *v,
				     unsigned word)
{
	return (int64_t)(uintptr_t)&v->w[word];
}

/* a told number -> this instance's */
static inline int64_t litmus_own(const struct litmus_instance *v, int64_t told)
{
	int64_t offset = told - LITMUS_BASE;

	if (offset < 0 || offset >= LITMUS_WORDS * 64)
		return told;
	return litmus_address(v, offset / 64);
}

static inline int64_t litmus_value(const struct litmus_instance *v,
				   const struct litmus_place *p)
{
	int64_t value = p->thread < 0 ?
		/* relaxed: all threads have been joined */
		(int64_t)load_relaxed(&v->w[p->number].w) :
		v->r[p->thread][p->number];
	uint64_t offset = (uint64_t)value - (uint64_t)(uintptr_t)v->w;

	return offset < sizeof(v->w) ? LITMUS_BASE + (int64_t)offset : value;
}

static inline void litmus_init(struct litmus_instance *v,
			       const struct litmus_test *t)
{
	for (unsigned k = 0; k < t->words; k++)
		/* relaxed: the threads are started later */
		store_relaxed(&v->w[k].w,
			      (uint64_t)litmus_own(v, t->start[k]));
}

/* an update for which x86 has no instruction that returns the old value */
#define litmus_update(address, new, cas) __extension__ ({ \
	struct atomic64 *p_ = litmus_at(address); \
	uint64_t old_ = load_relaxed(p_); \
	do { \
		int64_t old = (int64_t)old_; \
		(void)old; \
		if (cas(p_, &old_, (uint64_t)(new))) \
			break; \
	} while (true); \
	(int64_t)old_; })
