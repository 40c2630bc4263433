/*
 * tests/sync/rcu_torture.h - what any RCU must keep: no reader holds the old.
 *
 * Guarantees  An updater replaces an element again and again; each grace period
 *             ages those it has replaced by one step: 1 when replaced, 2 after
 *             the first grace period, and so on to TORTURE_STEPS, when it is
 *             used again.  Readers hold an element for a moment, some of them
 *             for longer than a grace period should last.  Whoever finds, at
 *             its end, that what it holds is two steps old, or was not yet
 *             filled when it got it, has found an RCU that is broken.
 *             rcu_torture() returns how often that was; it ends at the first.
 *             The readers are, on up to four CPUs that the seed draws, a
 *             thread pinned to each, the timer's interrupt on each, readers
 *             within readers, and threads that come and go; all of them sleep
 *             now and then, so CPUs go idle.
 * Context     Thread; one at a time.
 * Limits      Its own bound is a number of replacements.  A thread that waits
 *             for a broken RCU which never ends a grace period waits for ever.
 * See         docs/60-rcu.md; Linux, kernel/rcu/rcutorture.c, has these checks
 */
#pragma once

#include "kernel/test.h"
#include "sync/rcu_ops.h"

#define TORTURE_STEPS	10

struct torture_plan {
	const struct rcu_ops *ops;
	void *domain;
	unsigned updates;		/* replacements, at most */
	void (*inside)(void *domain);	/* in the middle of long readers */
	/* on each CPU that has a pinned reader, by it; NULL: not needed */
	void (*begin)(void *domain);
	void (*rest)(void *domain);	/* outside of readers */
	void (*end)(void *domain);
	bool sleeps;			/* readers may sleep inside */
	/* how long is long, at most; 0: two milliseconds */
	uint64_t stay_ns;
	/* this reader, in the middle, stays long; NULL: one in a hundred */
	bool (*stays)(void *domain, unsigned index);
	bool calls;			/* age by callbacks, else by waiting */
	bool each_waits_alone;		/* synchronize() and nothing else */
};

struct torture_score {
	unsigned old;		/* elements held that were two steps old */
	unsigned empty;		/* elements that were not filled */
	unsigned reads;
	unsigned irq_reads;
	unsigned long_reads;
	unsigned short_lives;	/* threads that came and went */
	unsigned updates;
};

unsigned rcu_torture(struct test *t, const struct torture_plan *plan,
		     struct torture_score *score);

/* One line of diagnosis. */
void torture_note(struct test *t, const char *what,
		  const struct torture_score *s);
