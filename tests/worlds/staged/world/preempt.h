/*
 * tests/worlds/staged/world/preempt.h - a depth, and a moment when it is 0.
 */
#pragma once

#include <stdbool.h>

#include "kernel/assert.h"

extern unsigned stage_depth;
void stage_rests(void);

static inline void preempt_disable(void)
{
	stage_depth++;
}

static inline void preempt_enable(void)
{
	assert(stage_depth);
	if (--stage_depth == 0)
		stage_rests();
}

static inline bool preempt_enable_is_due(void)
{
	preempt_enable();
	return false;
}

static inline void preempt_schedule(void)
{
}

static inline bool preemptible(void)
{
	return stage_depth == 0;
}

static inline void might_sleep(void)
{
	assert(stage_depth == 0);
}
