/*
 * sync/rcu_callbacks.h - callbacks: queued on a CPU, called in its thread.
 *
 * Guarantees  The callbacks of a CPU are called in the order in which they were
 *             queued, each after a whole grace period that began later, at most
 *             RCU_BATCH of them without a chance to be preempted.
 *             Who queues one where it may sleep, while more than RCU_FLOOD of
 *             the CPU's are not called yet, sleeps until half of these are.  So
 *             no thread can fill the memory, however fast it queues.
 *             What is queued before rcu_callbacks_start() waits for it, on
 *             whichever CPU.
 * Context     As each of sync/rcu.h; rcu_callbacks_start(): a thread.
 * Cost        A CPU's thread is created at its first callback.
 * Limits      Who may not sleep is not held back: it only makes the thread
 *             hurry.  If there is no memory for a CPU's thread, that is tried
 *             again every 10 ms.
 * See         docs/62-rcu-callbacks.md, tests/sync/test_rcu_callbacks.c
 */
#pragma once

#include <stdint.h>

#define RCU_FLOOD	4096	/* callbacks on a CPU */
#define RCU_BATCH	32

/* Once: the caller's CPU gets its thread, which creates those of others. */
void rcu_callbacks_start(void);

/* Each CPU, before it counts; again does no harm. */
void rcu_callbacks_init_cpu(void);

/* This CPU's thread sees to it that the cookie's grace period comes. */
void rcu_callbacks_want(uint64_t cookie);

/* For people and tests: of one CPU, or zero if it never counted. */
struct rcu_callbacks_look {
	unsigned queued;	/* and not called */
	unsigned peak;		/* of queued */
	uint64_t called;
	uint64_t held_back;	/* callers that slept */
};

void rcu_callbacks_look(unsigned cpu, struct rcu_callbacks_look *out);
