/*
 * tests/litmus/checked/litmus_ops.h - litmus tests in the checker.
 *
 * Whatever would wait gives up instead: its thread ends, and the run does not
 * count.  Some other schedule is the one in which it did not have to wait.
 *
 * What is decided by no access is decided beforehand, by a bit of
 * litmus_choice, and a run that turns out otherwise does not count; the tool
 * runs all values of the bits.  So are decided:
 * - whether a cmpxchg() succeeds: Linux has it full if so, relaxed if not;
 * - how a reader's section and a grace period meet: the section is over before
 *   the period ends [B], or the period began before the section [A].  There is
 *   no third way, and no access by which a reader would tell: rcu_read_lock()
 *   is nothing at all, and orders nothing else.
 *
 * Ordering    [A] a period's begin -> a section's first step.
 *             [B] a section's last step -> a period's end.
 *             [C] unlock -> lock.
 */
#pragma once

#include "tests/litmus/litmus.h"

extern uint64_t litmus_choice;
extern bool litmus_weak;
extern struct litmus_word litmus_began[];	/* grace periods */
extern struct litmus_word litmus_over[];	/* sections */

#define litmus_full()	fence_seq_cst()
#define litmus_end()	((void)0)

static inline bool litmus_chosen(int bit)
{
	return litmus_choice >> bit & 1;
}

static inline bool litmus_trylock(struct litmus_lock *l)
{
	uint64_t free = 0;

	return cas_acquire(&l->held, &free, 1);		/* [C] */
}

static inline bool litmus_lock(struct litmus_lock *l)
{
	return litmus_trylock(l);
}

static inline void litmus_unlock(struct litmus_lock *l)
{
	store_release(&l->held, 0);			/* [C] */
}

static inline bool litmus_is_locked(struct litmus_lock *l)
{
	return load_relaxed(&l->held);	/* relaxed: it is no more in Linux */
}

static inline bool litmus_cmpxchg_full(struct atomic64 *p, uint64_t *expected,
				       uint64_t v, unsigned choice)
{
	uint64_t wish = *expected;

	if (!litmus_weak) {	/* x86: a locked instruction, whatever it does */
		(void)cas_acq_rel(p, expected, v);
		return true;
	}
	if (!litmus_chosen(choice)) {
		*expected = load_relaxed(p);	/* relaxed: it fails */
		return *expected != wish;
	}
	fence_seq_cst();
	if (!cas_acq_rel(p, expected, v))
		return false;
	fence_seq_cst();
	return true;
}

static inline bool litmus_add_unless(struct atomic64 *p, int64_t more,
				     int64_t bar, int64_t *old, unsigned choice)
{
	uint64_t now;

	if (!litmus_chosen(choice)) {
		*old = (int64_t)load_relaxed(p);	/* relaxed: it fails */
		return *old == bar;
	}
	fence_seq_cst();
	now = load_relaxed(p);		/* relaxed: the swap decides */
	if ((int64_t)now == bar)
		return false;
	if (!cas_acq_rel(p, &now, now + (uint64_t)more))
		return false;
	fence_seq_cst();
	*old = (int64_t)now;
	return true;
}

/* The number of the section, or -1: the run does not count. */
static inline int64_t litmus_enter(struct litmus_domain *d, int section,
				   const struct litmus_order *o)
{
	(void)d;
	for (; o->number >= 0; o++)
		if (o->bit >= 0 && !litmus_chosen(o->bit) &&
		    !load_acquire(&litmus_began[o->number].w))	/* [A] */
			return -1;
	return section;
}

static inline void litmus_leave(struct litmus_domain *d, int64_t section)
{
	(void)d;
	store_release(&litmus_over[section].w, 1);	/* [B] */
}

static inline bool litmus_grace_start(struct litmus_domain *d, int period)
{
	(void)d;
	fence_seq_cst();
	store_release(&litmus_began[period].w, 1);	/* [A] */
	return true;
}

static inline bool litmus_grace_end(struct litmus_domain *d,
				    const struct litmus_order *o)
{
	(void)d;
	for (; o->number >= 0; o++)
		if ((o->bit < 0 || litmus_chosen(o->bit)) &&
		    !load_acquire(&litmus_over[o->number].w))	/* [B] */
			return false;
	fence_seq_cst();
	return true;
}
