/*
 * tests/worlds/threads/world/relax.h - how a thread that is a CPU waits.
 *
 * Invariant   world_yields: there may be more CPUs than processors, so who
 *             waits lets others run.  It changes only while one thread runs.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>

extern bool world_yields;

static inline void cpu_relax(void)
{
	__builtin_ia32_pause();
	if (world_yields)
		sched_yield();
}

static inline void cpu_delay(unsigned n)
{
	while (n--)
		__builtin_ia32_pause();
	if (world_yields)
		sched_yield();
}
