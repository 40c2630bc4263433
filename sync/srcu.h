/*
 * sync/srcu.h - RCU whose readers may sleep, each kind in a domain of its own.
 *
 * Guarantees  synchronize_srcu(s) returns when every reader of s that was
 *             inside when it was called has left; what these did is seen, and
 *             who enters later sees what was written before the call.  Callers
 *             at the same time share.  Readers of other domains are not waited
 *             for.
 *             srcu_read_lock() never waits, and a reader may be preempted,
 *             sleep, nest, and leave on another CPU than where it entered.
 * Context     Readers: any, NMI too; index is what their lock returned.
 *             synchronize_srcu(): where might_sleep() allows, and not in a
 *             reader of s, nor with what such a reader waits for.
 * Cost        A line for each CPU: 16 KB at 256.  Entering: one addition on a
 *             line of this CPU, and a fence.  Leaving: one addition.
 *             synchronize_srcu() reads all CPUs' lines at least four times.
 * Limits      Nobody is told when the last reader leaves: who waits looks again
 *             and again, at first at once, then up to every SRCU_LOOK_NS.
 *             2^64 entries by one CPU while one reader is inside.
 * See         docs/63-srcu.md, tests/sync/test_srcu.c
 */
#pragma once

#include "arch/atomic.h"
#include "kernel/compiler.h"
#include "kernel/config.h"
#include "sync/mutex.h"
#include "sync/rcu_ops.h"

#define SRCU_LOOK_NS	200000ULL

struct srcu_cpu {
	struct atomic64 entered[2];	/* by this CPU, in either half */
	struct atomic64 left[2];	/* on this CPU, wherever it entered */
} aligned_to(CACHE_LINE);

struct srcu {
	struct atomic32 index;		/* & 1: the half that is entered */
	struct atomic64 seq;		/* odd: a grace period is in progress */
	struct mutex updater;
	struct srcu_cpu cpu[NR_CPUS];
};

#define SRCU_INIT(name)	{ .updater = MUTEX_INIT((name).updater) }

/* As SRCU_INIT, but near the wrap of all counters. */
void srcu_init(struct srcu *s);

unsigned srcu_read_lock(struct srcu *s) must_check;
void srcu_read_unlock(struct srcu *s, unsigned index);
void synchronize_srcu(struct srcu *s);

/*
 * Half a grace period, under s->updater: new readers enter the other half, and
 * those of this one have left.  It takes two: see sync/srcu.c.
 */
void srcu_flip(struct srcu *s);

extern const struct rcu_ops srcu_ops;	/* domain: a struct srcu */
