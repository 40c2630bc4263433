/*
 * kernel/shell/demo_crew.h - the threads of a demo, and what they count.
 *
 * Guarantees  demo_crew_start(fn, ms) lets fn(0) .. fn(n - 1) go together, each
 *             bound to a CPU of its own (two share one, if there is but one),
 *             and returns n: 2 or more, DEMO_CREW_MAX at most; 0 when memory
 *             is short, and it has said so.  demo_crew_join() waits for them.
 *             demo_crew() does both.
 *             demo_on() is true until ms have passed or Ctrl-C was typed: each
 *             member asks it before each round.
 *             demo_tally[m] is member m's own until it is joined, and zeroed by
 *             the start.
 * Context     Thread.  One crew at a time.  demo_on(): the members too.
 * Limits      More spinning CPUs than DEMO_CREW_MAX are too many for an
 *             emulator: each hand-over waits for its host's scheduler.
 * See         kernel/shell/demo.h
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

#define DEMO_CREW_MAX	16

struct demo_tally {
	uint64_t done;		/* rounds */
	uint64_t other;		/* what else the demo counts */
	uint64_t most;		/* the largest of what it saw */
	uint64_t wrong;		/* broken promises */
} aligned_to(CACHE_LINE);

struct demo_sum {
	struct demo_tally all;	/* sums; most: the largest of all */
	uint64_t least;		/* rounds of the member that did fewest */
	uint64_t greatest;	/* and of the one that did most */
};

extern struct demo_tally demo_tally[DEMO_CREW_MAX];

unsigned demo_crew_size(void);	/* members that there will be */
unsigned demo_crew_start(void (*fn)(unsigned member), unsigned ms) must_check;
void demo_crew_join(void);
unsigned demo_crew(void (*fn)(unsigned member), unsigned ms);

bool demo_on(void);

struct demo_sum demo_sum(void);
