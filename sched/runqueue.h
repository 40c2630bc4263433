/*
 * sched/runqueue.h - the threads that are ready on one CPU.
 *
 * Guarantees  Picking the most urgent thread takes constant time.  Within a
 *             priority, threads come out in the order they went in (those
 *             pushed to the front: before the others).
 * Context     The caller holds lock, interrupts masked.  It is the innermost
 *             lock: under it nothing is locked, printed or woken, and no two
 *             of them are ever held together.
 * Cost        One bit scan and one list operation.  runqueue_steal() looks at
 *             each thread that may not run where the thief wants it.
 * Limits      queued_prios may be read without the lock, as a hint.
 * See         sched/schedule.c, tests/sched/test_runqueue.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/atomic.h"
#include "kernel/list.h"
#include "sched/thread.h"
#include "sync/spinlock.h"
#include "sync/timer.h"

enum ticking { TICKING_OFF, TICKING_ASKED, TICKING_ON };

struct runqueue {
	struct spinlock lock;

	/* under lock */
	struct atomic32 queued_prios;	/* bit p: queue[p] is not empty */
	struct atomic32 ticking;	/* enum ticking; see sched/tick.c */
	uint64_t switches;
	struct thread *previous;	/* who just left this CPU */
	struct list queue[PRIO_LEVELS];

	struct timer tick;		/* started and handled by its CPU */
};

void runqueue_init(struct runqueue *rq);
void runqueue_push(struct runqueue *rq, struct thread *t, bool front);
void runqueue_remove(struct runqueue *rq, struct thread *t);

/* The most urgent thread, removed; or NULL. */
struct thread *runqueue_pop(struct runqueue *rq);

/* The most urgent thread that may run on cpu, removed; or NULL. */
struct thread *runqueue_steal(struct runqueue *rq, unsigned cpu);

static inline bool runqueue_is_empty(const struct runqueue *rq)
{
	/* relaxed: exact under the lock, else a hint */
	return !load_relaxed(&rq->queued_prios);
}

/* Somebody of priority prio or more is queued; prio may be PRIO_IDLE. */
static inline bool runqueue_has(const struct runqueue *rq, int prio)
{
	/* relaxed: under the lock.  64 bits, so that a shift by 32 is 0. */
	uint64_t prios = load_relaxed(&rq->queued_prios);

	return prios >> (prio < 0 ? 0 : prio);
}
