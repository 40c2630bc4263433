/*
 * tests/worlds/threads/world/preempt.h - nothing preempts a thread that is a
 * CPU: compiler barriers.
 */
#pragma once

#include <stdbool.h>

#include "kernel/compiler.h"

static inline void preempt_disable(void)
{
	compiler_barrier();
}

static inline void preempt_enable(void)
{
	compiler_barrier();
}

static inline bool preempt_enable_is_due(void)
{
	compiler_barrier();
	return false;
}

static inline void preempt_schedule(void)
{
}

static inline bool preemptible(void)
{
	return true;
}

static inline void might_sleep(void)
{
}
