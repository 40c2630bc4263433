/*
 * sched/schedule.h - the switch: what the files of sched/ ask of each other.
 *
 * Guarantees  A thread is on one CPU at a time, and on a queue or a CPU or in
 *             somebody's hands, never lost.
 * Context     All of these: interrupts masked, preemption disabled (once
 *             exactly where the function switches).
 * See         sched/schedule.c
 */
#pragma once

#include <stdbool.h>

#include "arch/percpu.h"
#include "kernel/compiler.h"
#include "sched/runqueue.h"

PERCPU_DECLARE(struct runqueue, runqueue);
PERCPU_DECLARE(struct thread *, thread_current);
PERCPU_DECLARE(struct thread, idle_thread);

struct runqueue *runqueue_lock(unsigned cpu);
void runqueue_unlock(struct runqueue *rq);

/* Locks the runqueue that governs t, and keeps t->cpu from changing. */
struct runqueue *thread_lock(struct thread *t);

/* The CPU whose runqueue governs t: exact under thread_lock(). */
static inline unsigned thread_cpu(const struct thread *t)
{
	/* relaxed: exact under the lock, else a hint that is checked there */
	return load_relaxed(&t->cpu);
}

static inline enum thread_state thread_state(const struct thread *t)
{
	/* relaxed: exact under the lock, else a hint */
	return load_relaxed(&t->state);
}

static inline void thread_set_state(struct thread *t, enum thread_state state)
{
	/* relaxed: under the lock, which orders it */
	store_relaxed(&t->state, state);
}

/* Switches and wake-ups are recorded as events. */
extern struct atomic32 schedule_unwatched;

static inline bool schedule_watched(void)
{
	/* relaxed: a setting; one event more or less when it changes */
	return !load_relaxed(&schedule_unwatched);
}

/* Who runs on cpu: under its runqueue's lock. */
static inline struct thread *thread_on(unsigned cpu)
{
	return *per_cpu_ptr(&thread_current, cpu);
}

/* The end of a switch, on the stack of whoever was switched to. */
void schedule_finish(void);

/* Switch away from the idle thread if somebody is queued. */
void schedule_from_idle(void);

/* Switch away until woken, unless a token came first. */
void schedule_park(struct thread *self);

void schedule_exit(struct thread *self) never_returns;

/* Ask cpu to look at its queue: at once, or when preemption is enabled. */
void schedule_kick(unsigned cpu);

/* The reschedule IPI: somebody queued a thread here, or has one to share. */
void schedule_interrupt(void);

/* sched/tick.c */
void tick_init(struct runqueue *rq);
bool tick_ask(struct runqueue *rq);
void tick_start_if_asked(void);
bool tick_used_up(const struct thread *t);

/* sched/balance.c */
extern struct cpumask cpus_idle;
void balance_place(struct thread *t);
bool balance_steal(unsigned thief);

/* sched/idle.c: the first function of the boot CPU's idle thread */
void idle_begin(void);

/* sched/rcu_ask.c, once */
void rcu_ask_init(void);

/* sched/park.c */
void park_init(struct thread *t);
bool park_begin(struct thread *self);
