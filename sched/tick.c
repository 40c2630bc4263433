/*
 * sched/tick.c - a tick where threads wait for the CPU, and only there.
 *
 * Invariant   ticking of a CPU is
 *             OFF    nobody had to wait here at the last tick
 *             ASKED  somebody was queued behind another, and the CPU is being
 *                    kicked (by itself, or by IPI) to start its timer
 *             ON     the timer is pending or firing
 *             OFF -> ASKED by whoever queues the thread, under the runqueue
 *             lock; ASKED -> ON and ON -> OFF by the CPU itself, the latter
 *             under the lock, when its queue is empty.  So no thread waits
 *             without a tick, and switching costs nothing for it.
 *             A thread that was running at SLICE_TICKS ticks since it last
 *             gave up the CPU has used up its slice.  Ticks sample, they do
 *             not measure: a slice is between SLICE_TICKS - 1 and SLICE_TICKS
 *             intervals long.
 */
#include "sched/schedule.h"

#include "arch/cpu.h"
#include "sched/timer.h"
#include "sync/preempt.h"

#define TICK_NS		5000000ULL
#define SLICE_TICKS	2

static void tick(struct timer *timer)
{
	struct runqueue *rq = runqueue_lock(cpu_id());
	bool busy = !runqueue_is_empty(rq);

	if (busy)
		thread_self()->ticks++;
	else
		/* relaxed: under the lock, as who asks reads it */
		store_relaxed(&rq->ticking, TICKING_OFF);
	runqueue_unlock(rq);
	if (!busy)
		return;
	preempt_set_due();
	timer_start(timer, clock_ns() + TICK_NS);
}

void tick_init(struct runqueue *rq)
{
	timer_init(&rq->tick, tick);
}

/* Under rq's lock.  True: now kick its CPU. */
bool tick_ask(struct runqueue *rq)
{
	/* relaxed: OFF is left and entered under the lock only */
	if (load_relaxed(&rq->ticking) != TICKING_OFF)
		return false;
	store_relaxed(&rq->ticking, TICKING_ASKED);	/* relaxed: as above */
	return true;
}

/* This CPU was kicked. */
void tick_start_if_asked(void)
{
	struct runqueue *rq = this_cpu_ptr(&runqueue);

	/* relaxed: only this CPU moves it on from ASKED; the kick came after */
	if (load_relaxed(&rq->ticking) != TICKING_ASKED)
		return;
	store_relaxed(&rq->ticking, TICKING_ON);	/* relaxed: as above */
	timer_start(&rq->tick, clock_ns() + TICK_NS);
}

bool tick_used_up(const struct thread *t)
{
	return t->ticks >= SLICE_TICKS;
}
