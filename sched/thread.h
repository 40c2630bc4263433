/*
 * sched/thread.h - threads: their record, their life, what may be set.
 *
 * Guarantees  thread_create() returns a thread that is ready to run, and one
 *             reference to it, or NULL when memory is short.  A running thread
 *             holds a reference to itself; the memory goes when the last one
 *             is put, never before the thread has left its stack.
 *             thread_join() returns after fn() did, sees all that it wrote,
 *             and consumes the reference.
 *             A higher priority runs first on each CPU; equals take turns.
 *             A thread runs only on the CPUs of its affinity mask.
 * Context     thread_create(), thread_join(), thread_sleep(), thread_yield(),
 *             thread_exit(): threads.  thread_put(), thread_get(),
 *             thread_set_*(), thread_boost(): also interrupts; any lock but a
 *             runqueue's.
 * Cost        Creation: one stack, and one allocation of 784 bytes.
 * Limits      One thread may join another, once.  Ids wrap after 2^32 threads.
 *             The reaper frees one stack after the other on the boot CPU, each
 *             with a TLB shootdown: with many CPUs, memory of the dead may be
 *             short for a while.
 *             A thread that runs when it loses its CPU from the mask leaves it
 *             at the next reschedule there, which is asked for at once.
 * See         docs/03-scheduler.md, sched/schedule.c, tests/sched/test_thread.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/atomic.h"
#include "arch/cpumask.h"
#include "arch/x86_64/switch.h"
#include "kernel/compiler.h"
#include "kernel/list.h"
#include "sched/worker.h"
#include "sync/park.h"
#include "sync/self.h"
#include "sync/timer.h"

#define PRIO_LEVELS	32	/* 0 .. 31, higher is more urgent */
#define PRIO_DEFAULT	16
#define PRIO_IDLE	-1	/* of the idle threads alone, below everybody */

#define THREAD_NAME	16

enum thread_state {
	THREAD_MOVING,		/* in the hands of whoever will queue it */
	THREAD_READY,		/* queued on its CPU (idle: not running) */
	THREAD_RUNNING,
	THREAD_PARKED,		/* nowhere; sched/park.c says who wakes it */
	THREAD_DEAD,
};

struct thread {
	struct context context;	/* of its CPU while running, else of the lock */

	/* fixed at creation */
	uint32_t id;
	char name[THREAD_NAME];
	void (*fn)(void *arg);
	void *arg;
	void *stack_top;	/* NULL: not ours to free */

	/* anybody's */
	struct atomic32 refs;
	struct atomic32 park;	/* sched/park.c */
	struct atomic32 killed;
	struct atomic_ptr joiner;	/* sched/thread.c */

	/* under the lock of the runqueue of cpu, and cpu itself */
	struct atomic32 cpu;
	struct atomic32 state;	/* enum thread_state */
	struct list queued;
	int prio;		/* the higher of the next two */
	int base_prio;
	int boost_prio;
	unsigned ticks;		/* taken since it last gave up the CPU */
	bool on_stack;		/* some CPU stands on its stack */
	uint64_t switches;	/* times it was switched to */
	struct cpumask affinity;

	/* its own */
	struct timer timer;	/* of park() */
	struct sync_self self;

	struct list listed;	/* sched/registry.c */
	struct work reap;	/* after the last reference */
};

struct thread_spec {
	const char *name;
	void (*fn)(void *arg);
	void *arg;
	int prio;			/* 0 .. PRIO_LEVELS - 1 */
	const struct cpumask *affinity;	/* NULL: every CPU */
};

struct thread *thread_create(const struct thread_spec *spec) must_check;
void thread_exit(void) never_returns;
void thread_join(struct thread *t);

/* Others of the same or a higher priority first. */
void thread_yield(void);

/* A token that comes meanwhile is kept for the next park(). */
void thread_sleep(uint64_t deadline_ns);

/* park(), telling why it returned.  True: a token.  False: the time is up. */
bool thread_park(uint64_t deadline_ns) must_check;

/* -EINVAL, and nothing is changed, if no CPU of mask is online. */
int thread_set_affinity(struct thread *t, const struct cpumask *mask)
	must_check;

/*
 * The living thread with the least id >= id, with a reference; or NULL.  So a
 * loop over rising ids meets every thread that lives throughout.  The idle
 * threads, whose ids are their CPUs' numbers, are not among them.
 */
struct thread *thread_find_from(uint32_t id) must_check;

/* Threads that exist, the dead included until they are freed; idle ones not. */
unsigned thread_count(void);

/* For those who start threads by hand: the record's first state. */
void thread_init(struct thread *t, const struct thread_spec *spec);
