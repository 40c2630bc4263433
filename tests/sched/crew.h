/*
 * tests/sched/crew.h - some threads that do a test's work.
 *
 * Guarantees  crew_start() starts n threads that call fn(member), member i on
 *             CPU cpu[i] alone if cpu is given, once all of them exist.  crew_wait() returns when all
 *             have returned.  If none of them does a step for a long while it
 *             reports each one's state as a failed check and returns false; the
 *             crew's memory is then theirs for ever, so it is static.
 * Context     The test's thread.  fn calls crew_step() now and then.
 */
#pragma once

#include <stdbool.h>

#include "arch/atomic.h"
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sched/thread.h"

#define CREW_MAX	64

struct crew;

struct member {
	struct crew *crew;
	unsigned index;
	struct thread *thread;
	struct atomic32 done;
	struct atomic64 steps;
	uint64_t seed;
};

struct crew {
	unsigned n;
	void (*fn)(struct member *m);
	struct atomic32 complete;	/* all members exist: they may begin */
	struct member member[CREW_MAX];
};

bool crew_start(struct test *t, struct crew *crew, unsigned n,
		void (*fn)(struct member *m), const unsigned *cpu);
bool crew_wait(struct test *t, struct crew *crew);

static inline void crew_step(struct member *m)
{
	/* relaxed: a count that the waiter samples */
	fetch_add_relaxed(&m->steps, 1);
}

/* Wait for word to become value, sleeping; false (and a failed check): stuck. */
bool wait_for(struct test *t, const struct atomic32 *word, uint32_t value);

/* The same with preemption disabled, spinning. */
bool spin_for(struct test *t, const struct atomic32 *word, uint32_t value);

/* The n-th online CPU, around and around. */
unsigned nth_cpu(unsigned n);

/* The calling thread stays on this CPU, or may go anywhere again. */
void stay_on(unsigned cpu);
void stay_anywhere(void);
void cpumask_only(struct cpumask *mask, unsigned cpu);
