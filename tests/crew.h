/*
 * tests/crew.h - the same function on several CPUs at once.
 *
 * Guarantees  crew_run(n, fn) runs fn(0) .. fn(n - 1), each on a CPU of its
 *             own, and returns when all have returned.  crew_size() is how many
 *             there can be.
 * Context     Thread.
 * See         tests/kernel/crew.c, tests/worlds/threads/crew.c
 */
#pragma once

unsigned crew_size(void);
void crew_run(unsigned n, void (*fn)(unsigned member));
