/*
 * sched/registry.h - every thread there is, for who lists or debugs them.
 *
 * Guarantees  thread_find_from(id) is the living thread with the least id >= id,
 *             with a reference, or NULL; so a loop over rising ids meets every
 *             thread that lives throughout.  The idle threads, whose ids are
 *             their CPUs' numbers, are not in it.
 *             thread_count() counts those that exist, the dead included until
 *             the reaper has freed them.
 * Context     Threads and interrupts.
 * Cost        One lock that is taken at birth, by the reaper and by who lists
 *             threads, never to schedule.  Finding is linear.
 * See         sched/thread.h, kernel/debug.h
 */
#pragma once

#include <stdint.h>

#include "kernel/compiler.h"

struct thread;

struct thread *thread_find_from(uint32_t id) must_check;
unsigned thread_count(void);

/* Gives t its id. */
void registry_add(struct thread *t);
void registry_remove(struct thread *t);

/* At boot: tells debuggers where the threads are. */
void registry_init(void);
