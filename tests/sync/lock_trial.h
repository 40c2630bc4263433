/*
 * tests/sync/lock_trial.h - trials that a lock of any kind must stand.
 *
 * Guarantees  lock_torture() has a crew take the lock `turns` times in all, by
 *             lock() and trylock(), with delays inside and outside drawn from
 *             the seed, and returns what was wrong:
 *             TRIAL_TORN: two words that are equal whenever nobody is inside
 *             were found unequal, or do not count the turns: two were inside.
 *             TRIAL_LOST: somebody waits for a lock that nobody will hand over.
 *             It ends at the first fault.
 *             lock_stage() has waiters ask in an order drawn from the seed, the
 *             next only when the one before is seen to have asked; TRIAL_ORDER:
 *             they entered in another order.
 *             With a hold, the first in line is held back before the lock is
 *             given up, until the others had their chance.
 *             trial_lost(&turns) stands in the spin loops of a twin that loses
 *             waiters: true when waiting is pointless.  (A lock of ours never
 *             gives up: it would hang, and the harness would say so.)
 *             trial_await_inside() and trial_await_turn() stand in a twin
 *             between two steps that should be one: they return when somebody
 *             is inside, or has been inside and left; or after a bounded while.
 * Context     Thread; one trial at a time.
 * See         tests/sync/test_lock_ops.c, tests/sync/twins_spin.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sched/random.h"
#include "sync/lock_ops.h"

#define TRIAL_TORN	1
#define TRIAL_LOST	2
#define TRIAL_ORDER	4
#define TRIAL_PREEMPT	8	/* the holder of a spin lock may be preempted */
#define TRIAL_UPON	16	/* an interrupt came upon who waits or holds */

struct trial {
	const struct lock_ops *ops;
	uint64_t seed;
	unsigned members;	/* as many CPUs as there are */
	unsigned turns;		/* of all members together */
	bool twin;		/* it stays inside until somebody comes in;
				   and its races are no news to a detector */
	bool gang;		/* threads, not CPUs: the lock alone keeps its
				   holder on the CPU, and that is looked at */
};

/* How to hold a waiter back; NULL where no interrupt can. */
struct trial_hold {
	void (*hold)(unsigned cpu);	/* returns when its CPU is held */
	void (*chance)(const unsigned *cpus, unsigned n);	/* the others' */
	void (*let_go)(void);
};

unsigned lock_torture(const struct trial *t);
unsigned lock_stage(const struct lock_ops *ops, uint64_t seed,
		    unsigned waiters, const struct trial_hold *hold);

/* In chance(): somebody has entered since the lock was given up. */
bool trial_entered(void);

/*
 * The parts of lock_torture(), for who brings a crew of another kind: begin,
 * any number of turns, end.  A turn has three steps.
 */
void lock_trial_begin(const struct trial *t);
void *lock_trial_lock(void);
void lock_trial_turn(struct random *r, unsigned member);
bool lock_trial_enter(struct random *r, unsigned member);
void lock_trial_inside(struct random *r);
void lock_trial_leave(void);
bool lock_trial_over(void);
void lock_trial_fault(unsigned what);
unsigned lock_trial_end(void);

bool trial_lost(unsigned *turns);
void trial_await_inside(void);
void trial_await_turn(void);
