/*
 * tests/sync/twins_pi.h - broken twins of the mutex with inheritance.
 *
 * Guarantees  Each is its original but for the fault in its name, and stands in
 *             its place through the table of operations.  The tests of the
 *             original must find every one of them, by what it breaks.
 * Context     As the originals.
 * Limits      A waiter that a twin leaves behind lies in static memory, for at
 *             most PI_GHOSTS of them at a time; pi_ghosts_bury() takes them out
 *             of m.
 * See         docs/36-pi-mutex.md, tests/sync/twin_pi_mutex.c
 */
#pragma once

#include "sync/pi_mutex.h"

#define PI_GHOSTS	32

extern const struct pi_mutex_ops pi_mutex_that_does_nothing;
extern const struct pi_mutex_ops pi_mutex_that_boosts_nobody;
extern const struct pi_mutex_ops pi_mutex_that_boosts_one;
extern const struct pi_mutex_ops pi_mutex_that_keeps_the_boost;
extern const struct pi_mutex_ops pi_mutex_that_leaves_a_ghost;
extern const struct pi_mutex_ops pi_mutex_that_swallows_its_turn;
extern const struct pi_mutex_ops pi_mutex_that_serves_who_came_first;
extern const struct pi_mutex_ops pi_mutex_that_sees_no_cycle;

void pi_ghosts_bury(struct pi_mutex *m);
