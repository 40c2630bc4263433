/*
 * tests/crew.h - the same function on several CPUs at once.
 *
 * Guarantees  crew_run(n, fn) runs fn(0) .. fn(n - 1), each on a CPU of its
 *             own, and returns when all have returned.  crew_size() is how many
 *             there can be.  crew_yield() lets others run where members are
 *             more than processors, so that they meet inside what they should
 *             not.  crew_is_watched(): a race detector would stop
 *             whoever races on purpose.
 * Context     Thread.
 * See         tests/kernel/crew.c, tests/worlds/threads/crew.c
 */
#pragma once

#include <stdbool.h>

unsigned crew_size(void);
void crew_run(unsigned n, void (*fn)(unsigned member));
void crew_yield(void);
bool crew_is_watched(void);
