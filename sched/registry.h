/*
 * sched/registry.h - every thread there is, for who lists or debugs them.
 *
 * Guarantees  thread_find_from() and thread_count(), which sched/thread.h
 *             declares, know every thread from registry_add() until
 *             registry_remove().
 * Context     Threads and interrupts.
 * Cost        One lock that is taken at birth, by the reaper and by who lists
 *             threads, never to schedule.  Finding is linear.
 * See         kernel/debug.h, tests/sched/test_registry.c
 */
#pragma once

struct thread;

/* Gives t its id. */
void registry_add(struct thread *t);
void registry_remove(struct thread *t);

/* At boot: tells debuggers where the threads are. */
void registry_init(void);
