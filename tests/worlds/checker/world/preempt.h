/*
 * tests/worlds/checker/world/preempt.h - each thread has a CPU to itself: only
 * the count is kept, for might_sleep().
 */
#pragma once

#include <stdbool.h>

void preempt_disable(void);
void preempt_enable(void);
bool preemptible(void);
void might_sleep(void);

static inline bool preempt_enable_is_due(void)
{
	preempt_enable();
	return false;
}

static inline void preempt_schedule(void)
{
}

/* The program's own, if it has a CPU that idles. */
void preempt_clear_due(void);
bool preempt_is_due(void);
unsigned preempt_depth(void);
