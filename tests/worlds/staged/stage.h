/*
 * tests/worlds/staged/stage.h - one thread plays every CPU, and the clock.
 *
 * Guarantees  Nothing happens but what the test does, so each run is the same:
 *             stage_as(cpu) makes the caller that CPU; clock_ns() is stage.now;
 *             park() lets stage.others() do what others do meanwhile, and if
 *             nobody unparked, the clock is at the deadline afterwards.  Who
 *             would sleep for ever ends the program.
 *             stage.at_rest() is called once, when preemption is enabled next.
 *             thread_spawn() keeps what it is told in stage.spawned, for the
 *             test to run; stage.threads counts the references that are held.
 * Context     The program's only thread.
 * See         tests/worlds/staged/stage.c, docs/style.md, "Worlds"
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/cpumask.h"

struct stage {
	uint64_t now;
	void (*others)(void);		/* or NULL */
	void (*at_rest)(void);		/* or NULL */
	unsigned parks;
	bool token;			/* somebody unparked */
	bool no_memory;			/* for threads */
	int threads;
	struct {
		void (*fn)(void *arg);	/* or NULL */
		void *arg;
		struct cpumask mask;
	} spawned;
};

extern struct stage stage;

/* Nobody else is there; it is now 1 s. */
void stage_begin(void);

/* Returns who the caller was. */
unsigned stage_as(unsigned cpu);
