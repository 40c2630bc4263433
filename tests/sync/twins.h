/*
 * tests/sync/twins.h - the broken twins: one small fault each.
 *
 * Guarantees  Each is its original but for the fault in its name, and stands in
 *             its place through the table of operations.  The tests of the
 *             original must find every one of them, by what it breaks.
 * Context     As the originals.
 * Limits      A waiter that a twin leaves behind lies in static memory, for at
 *             most TWIN_WAITERS of them in a run.
 * See         docs/30-waitq.md, tests/sync/twin_waitq.c
 */
#pragma once

#include "sync/completion.h"
#include "sync/condvar.h"
#include "sync/mutex.h"
#include "sync/rwsem.h"
#include "sync/semaphore.h"
#include "sync/waitq.h"

#define TWIN_WAITERS	64

extern const struct waitq_ops waitq_that_checks_before_it_queues;
extern const struct waitq_ops waitq_that_wakes_all_for_one;
extern const struct waitq_ops waitq_that_wakes_one_for_all;
extern const struct waitq_ops waitq_that_leaves_a_ghost;
extern const struct waitq_ops waitq_that_swallows_a_wake_up;
extern const struct waitq_ops waitq_that_keeps_what_it_does_not_need;

extern const struct sem_ops sem_that_counts_twice;
extern const struct sem_ops sem_that_checks_before_it_queues;
extern const struct sem_ops sem_that_leaves_a_ghost;
extern const struct sem_ops sem_that_leaves_a_wish;
extern const struct sem_ops sem_that_swallows_a_unit;

extern const struct completion_ops completion_that_forgets;
extern const struct completion_ops completion_that_lets_all_through;
extern const struct completion_ops completion_that_lets_one_through;
extern const struct completion_ops completion_that_does_not_look_again;

extern const struct mutex_ops mutex_that_does_nothing;
extern const struct mutex_ops mutex_in_two_steps;
extern const struct mutex_ops mutex_that_looks_before_it_queues;
extern const struct mutex_ops mutex_that_never_hands_over;
extern const struct mutex_ops mutex_that_swallows_its_turn;

extern const struct cond_ops cond_that_unlocks_before_it_queues;
extern const struct cond_ops cond_that_swallows_a_signal;
extern const struct cond_ops cond_that_leaves_a_ghost;
extern const struct cond_ops cond_that_does_not_look_again;
extern const struct cond_ops cond_that_signals_one_for_all;
extern const struct cond_ops cond_that_signals_all_for_one;

extern const struct rwsem_ops rwsem_that_does_nothing;
extern const struct rwsem_ops rwsem_that_prefers_readers;
extern const struct rwsem_ops rwsem_that_admits_one_reader;
extern const struct rwsem_ops rwsem_that_admits_nobody;
extern const struct rwsem_ops rwsem_whose_writer_blocks_the_door;
extern const struct rwsem_ops rwsem_that_downgrades_in_two_steps;
extern const struct rwsem_ops rwsem_that_never_spins;
extern const struct rwsem_ops rwsem_that_spins_for_a_sleeper;
extern const struct rwsem_ops rwsem_that_spins_past_the_queue;

/* A waiter that may outlive its function. */
struct waiter *twin_waiter(void);
