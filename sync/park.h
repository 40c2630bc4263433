/*
 * sync/park.h - the park seam: threads that wait for each other, and time.
 *
 * Guarantees  park() blocks the caller until an unpark() or until clock_ns()
 *             reaches deadline_ns (PARK_FOREVER: never).  An unpark() before
 *             the park() is remembered: one token, not a count.  park() may
 *             return early, so callers loop on their own condition.
 *             unpark() is a release; the return from park() that takes its
 *             token is the acquire that pairs with it.
 *             For a killed thread every deadline but PARK_FOREVER has come: its
 *             waits with a _timeout end early, and as if by time-out.
 * Context     park(): where might_sleep() allows.  unpark(): threads and
 *             interrupts, with any sync/ lock held, never NMI.  It takes only
 *             the target's runqueue lock, which is innermost.
 *             The caller keeps t alive: by the lock under which t is queued, or
 *             by thread_get().
 * Cost        unpark() of a thread that is not parked: one locked instruction.
 * See         sched/park.c; docs/style.md "Worlds"; docs/30-waitq.md
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/clock.h"
#include "arch/cpumask.h"
#include "kernel/compiler.h"

#define PARK_FOREVER	UINT64_MAX
#define PARK_KILLABLE	(UINT64_MAX - 1)	/* for ever, unless killed */

struct sync_self;
struct thread;
struct timer;

struct thread *thread_self(void);
void park(uint64_t deadline_ns);
void unpark(struct thread *t);

/*
 * From now on every wait of t's that has a deadline ends as if that had come;
 * only who waits with PARK_FOREVER waits on.  t itself decides when to exit.
 */
void thread_kill(struct thread *t);
bool thread_is_killed(void);

/* What each wait asks, before it parks: its time is up, or we are killed. */
static inline bool park_is_over(uint64_t deadline_ns)
{
	return deadline_ns != PARK_FOREVER &&
	       (deadline_ns <= clock_ns() || thread_is_killed());
}

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
