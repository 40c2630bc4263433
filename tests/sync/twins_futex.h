/*
 * tests/sync/twins_futex.h - broken twins of the futex and what stands on it.
 *
 * Guarantees  Each is its original but for the fault in its name, and stands in
 *             its place through the table of operations.  The tests of the
 *             original must find every one of them, by what it breaks.
 * Context     As the originals.
 * Limits      A waiter that a twin leaves behind lies in static memory:
 *             futex_ghost_buried() takes it out.
 * See         docs/37-futex.md, tests/sync/twin_futex.c
 */
#pragma once

#include "sync/futex.h"
#include "sync/futex_cond.h"
#include "sync/futex_mutex.h"
#include "sync/futex_sem.h"

extern const struct futex_ops futex_that_compares_outside_the_lock;
extern const struct futex_ops futex_that_swallows_a_wake_up;
extern const struct futex_ops futex_that_leaves_a_ghost;
extern const struct futex_ops futex_that_wakes_by_bucket;
extern const struct futex_ops futex_that_loses_whom_it_moves;
extern const struct futex_ops futex_that_moves_without_a_look;

extern const struct futex_mutex_ops futex_mutex_that_does_nothing;
extern const struct futex_mutex_ops futex_mutex_that_forgets_the_others;
extern const struct futex_mutex_ops futex_mutex_that_always_asks;

extern const struct futex_sem_ops futex_sem_that_counts_no_waiter;

extern const struct futex_cond_ops futex_cond_that_reads_too_late;
extern const struct futex_cond_ops futex_cond_that_locks_as_if_alone;
extern const struct futex_cond_ops futex_cond_that_wakes_one_for_all;

bool futex_ghost_buried(void);
