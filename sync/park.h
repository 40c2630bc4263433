/*
 * sync/park.h - the park seam: threads that wait for each other, and time.
 *
 * Guarantees  park() blocks the caller until an unpark() or until clock_ns()
 *             reaches deadline_ns (PARK_FOREVER: never).  An unpark() before
 *             the park() is remembered: one token, not a count.  park() may
 *             return early, so callers loop on their own condition.
 *             unpark() is a release; the return from park() that takes its
 *             token is the acquire that pairs with it.
 * Context     park(): where might_sleep() allows.  unpark(): threads and
 *             interrupts, with any sync/ lock held, never NMI.  It takes only
 *             the target's runqueue lock, which is innermost.
 *             The caller keeps t alive: by the lock under which t is queued, or
 *             by thread_get().
 * Cost        unpark() of a thread that is not parked: one locked instruction.
 * See         sched/park.c; docs/style.md "Worlds"
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/clock.h"
#include "arch/cpumask.h"
#include "kernel/compiler.h"

#define PARK_FOREVER	UINT64_MAX

struct sync_self;
struct thread;
struct timer;

struct thread *thread_self(void);
void park(uint64_t deadline_ns);
void unpark(struct thread *t);

/* A hint: t is on a CPU just now (for adaptive spinning). */
bool thread_is_running(const struct thread *t);

/* Run t at least at prio (higher is more urgent) until boosted to 0 again. */
void thread_boost(struct thread *t, int prio);

/* Its own priority, and what it runs at: that, or a boost above it. */
int thread_base_priority(struct thread *t);
int thread_priority(struct thread *t);

/* Changes the former; the body calls pi_base_changed() of sync/pi_chain.h. */
void thread_set_priority(struct thread *t, int prio);

/* What sync/ keeps about t. */
struct sync_self *thread_sync(struct thread *t);

/* A thread on the CPUs of mask (NULL: all), holding one reference; or NULL. */
struct thread *thread_spawn(void (*fn)(void *), void *arg,
			    const struct cpumask *mask) must_check;
void thread_get(struct thread *t);
void thread_put(struct thread *t);

/* fn(timer) in interrupt context, once, at or soon after deadline_ns. */
void timer_start(struct timer *timer, uint64_t deadline_ns);

/* True: it will not run.  False: it had been fired (or never started). */
bool timer_stop(struct timer *timer);
