/*
 * sched/timer.c - a heap of timers on each CPU, drained by one-shot interrupts.
 *
 * Invariant   home is 2 * cpu + 1 while the timer is in that CPU's heap, and
 *             2 * cpu after it left it; home changes under that CPU's lock.
 *             So whoever clears the low bit under the lock - the interrupt or
 *             timer_stop() - and nobody else decides whether the handler runs.
 *             The CPU's shot is armed for no later than its earliest timer.
 *             firing is the timer whose handler this CPU is running.
 * Ordering    [A] firing = NULL after the handler -> timer_stop_wait(): what
 *             the handler did is seen by who waited for its end.
 *             [B] home's low bit cleared after firing was set -> timer_stop()'s
 *             first look: who sees "not pending" sees firing too, so the wait
 *             cannot miss a handler that has begun.
 * References  Varghese and Lauck, Hashed and hierarchical timing wheels, SOSP
 *             1987, compares this with the wheels that we do not need.
 */
#include "sched/timer.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/x86_64/shot.h"
#include "kernel/assert.h"
#include "sched/timer_heap.h"
#include "sync/spinlock.h"

#define PENDING	1u

struct timer_queue {
	struct spinlock lock;
	struct timer_heap heap;		/* under lock */
	struct atomic_ptr firing;	/* written by its CPU */
};

static PERCPU(struct timer_queue, timer_queue);

/* Where the timer was started last. */
static struct timer_queue *queue_of(uint32_t home)
{
	return per_cpu_ptr(&timer_queue, home / 2);
}

void timer_start(struct timer *timer, uint64_t deadline_ns)
{
	uint64_t was = irq_save();
	struct timer_queue *q = this_cpu_ptr(&timer_queue);

	assert(timer->fn);
	timer_stop(timer);
	spin_lock(&q->lock);
	timer->deadline_ns = deadline_ns;
	timer_heap_insert(&q->heap, timer);
	/* relaxed: the lock orders it for whoever would act on it */
	store_relaxed(&timer->home, 2 * cpu_id() + PENDING);
	if (timer_heap_first(&q->heap) == timer)
		shot_arm(deadline_ns);
	spin_unlock_irqrestore(&q->lock, was);
}

bool timer_stop(struct timer *timer)
{
	uint32_t home;

	/* another round only if the timer was started elsewhere meanwhile */
	while ((home = load_acquire(&timer->home)) & PENDING) {	/* [B] */
		struct timer_queue *q = queue_of(home);
		uint64_t was = spin_lock_irqsave(&q->lock);
		/* relaxed: under the lock of home it cannot change */
		bool ours = load_relaxed(&timer->home) == home;

		if (ours) {
			timer_heap_remove(&q->heap, timer);
			/* relaxed: nothing fires, so there is nothing to see */
			store_relaxed(&timer->home, home & ~PENDING);
		}
		spin_unlock_irqrestore(&q->lock, was);
		if (ours)
			return true;
	}
	return false;
}

bool timer_stop_wait(struct timer *timer)
{
	assert(irqs_enabled());
	for (;;) {
		uint32_t home;
		struct timer_queue *q;

		if (timer_stop(timer))
			return true;
		home = load_acquire(&timer->home);	/* [B] */
		q = queue_of(home);
		/* ended by the handler's return */
		while (load_acquire(&q->firing) == timer)	/* [A] */
			cpu_relax();
		/* the handler may have started its timer again */
		if (load_acquire(&timer->home) == home)	/* [B] */
			return false;
	}
}

/* The earliest timer if it is due, out of the heap and marked as firing. */
static struct timer *take_due(struct timer_queue *q)
{
	struct timer *timer = timer_heap_first(&q->heap);

	if (!timer || timer->deadline_ns > clock_ns())
		return NULL;
	timer_heap_remove(&q->heap, timer);
	/* relaxed: [B] publishes it */
	store_relaxed(&q->firing, timer);
	store_release(&timer->home, 2 * cpu_id());	/* [B] */
	return timer;
}

void timer_interrupt(void)
{
	struct timer_queue *q = this_cpu_ptr(&timer_queue);
	struct timer *timer;

	spin_lock(&q->lock);
	/* ends when nothing is due: no handler starts its timer for the past */
	while ((timer = take_due(q))) {
		spin_unlock(&q->lock);
		timer->fn(timer);
		store_release(&q->firing, NULL);	/* [A] */
		spin_lock(&q->lock);
	}
	timer = timer_heap_first(&q->heap);
	if (timer)
		shot_arm(timer->deadline_ns);
	spin_unlock(&q->lock);
}
