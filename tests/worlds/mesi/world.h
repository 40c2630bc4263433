/*
 * tests/worlds/mesi/world.h - the world in which CPUs are simulated.
 *
 * Guarantees  world_run(n, fn) runs fn(0) .. fn(n - 1) on n CPUs that take turns
 *             by their own clocks: the one whose clock is behind goes next, the
 *             lower number first.  An access costs what the model says, and the
 *             accesses to a line wait for each other; so a run depends on
 *             nothing but the program, and repeats to the last access.
 *             world_count is what the accesses took since the last run began;
 *             world_time() the caller's clock.
 * Context     One thread of the host.
 * Limits      Atomic accesses alone are seen.  What sync/ touches otherwise is
 *             the CPU's own, or comes after an atomic access to the same line.
 * See         tests/worlds/mesi/mesi.h, docs/style.md "Worlds"
 */
#pragma once

#include <stdint.h>

#include "tests/worlds/mesi/mesi.h"

extern uint64_t world_count[MESI_COSTS];

void world_run(unsigned n, void (*fn)(unsigned cpu));
uint64_t world_time(void);
