/*
 * sched/worker.h - work for a thread, handed over from anywhere.
 *
 * Guarantees  worker_queue(work, cpu) makes fn(work) run once, in a thread that
 *             is bound to cpu and may sleep.  Works of one CPU run one at a
 *             time, in the order they were queued.  When fn begins, the work
 *             may be queued again, or its memory freed, by fn too.
 *             False: it was queued already and has not begun.
 * Context     worker_queue(): threads and interrupts, any lock but a
 *             runqueue's; not NMI.
 * Cost        Two locked instructions and, if the worker sleeps, an unpark.
 * Limits      A work that sleeps holds up the others of its CPU.  A CPU's
 *             worker thread is created at its first work, by the boot CPU's;
 *             when memory is short, that is tried again every 10 ms.
 * See         sched/worker.c, tests/sched/test_worker.c
 */
#pragma once

#include <stdbool.h>

#include "arch/atomic.h"
#include "sched/inbox.h"

struct work {
	struct inbox_node node;
	void (*fn)(struct work *work);
	struct atomic32 queued;		/* 1: from worker_queue() to fn */
};

static inline void work_init(struct work *work, void (*fn)(struct work *work))
{
	*work = (struct work){ .fn = fn };
}

bool worker_queue(struct work *work, unsigned cpu);

/* On each CPU, before it is online. */
void worker_init_cpu(void);

/*
 * By the boot's first thread, when all CPUs are online: creates the boot CPU's
 * worker, which waits its turn on the one CPU where it may run; a CPU that
 * comes online meanwhile would look at it in vain, under that queue's lock.
 */
void worker_init_boot(void);
