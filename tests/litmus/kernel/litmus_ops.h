/*
 * tests/litmus/kernel/litmus_ops.h - litmus tests on the kernel's own locks.
 *
 * A read-modify-write that Linux calls full needs nothing more: each is one
 * locked instruction, a full barrier on both sides, whether it stores or not.
 */
#pragma once

#include "sync/preempt.h"
#include "sync/spinlock.h"
#include "tests/litmus/litmus.h"

#define litmus_full()	((void)0)

/* A thread may end with a lock; the kernel's do not end unpreemptible. */
static inline void litmus_end(void)
{
	while (preempt_depth())
		preempt_enable();
}

static inline bool litmus_lock(struct litmus_lock *l)
{
	spin_lock(&l->spin);
	return true;
}

static inline void litmus_unlock(struct litmus_lock *l)
{
	spin_unlock(&l->spin);
}

static inline bool litmus_trylock(struct litmus_lock *l)
{
	return spin_trylock(&l->spin);
}

static inline bool litmus_is_locked(struct litmus_lock *l)
{
	return spin_is_locked(&l->spin);
}

static inline bool litmus_cmpxchg_full(struct atomic64 *p, uint64_t *expected,
				       uint64_t v, unsigned choice)
{
	(void)choice;
	(void)cas_acq_rel(p, expected, v);
	return true;
}

static inline bool litmus_add_unless(struct atomic64 *p, int64_t more,
				     int64_t bar, int64_t *old, unsigned choice)
{
	uint64_t now = load_relaxed(p);	/* relaxed: the swap decides */

	(void)choice;
	while ((int64_t)now != bar)
		if (cas_acq_rel(p, &now, now + (uint64_t)more))
			break;
	*old = (int64_t)now;
	return true;
}
