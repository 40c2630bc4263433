/*
 * sched/timer.h - the kernel's body of the timer half of sync/park.h.
 *
 * Guarantees  timer_start() on a pending timer moves it.  A handler runs on
 *             the CPU that started its timer, interrupts masked, never before
 *             its deadline; it may start its own timer again.
 *             After timer_stop_wait() the handler is not running anywhere, and
 *             the timer's memory may go.  Its result is timer_stop()'s.
 * Context     timer_start(), timer_stop(): threads and interrupts, any lock
 *             but a runqueue's.  timer_stop_wait(): interrupts enabled, and no
 *             lock held that the handler takes.
 * Cost        One lock of the CPU's own queue and O(log n) steps; a shot of
 *             the interrupt controller when the timer is the earliest.
 * Limits      A stopped timer's shot is not called back: the CPU may take one
 *             interrupt that finds nothing to do.
 * See         sync/timer.h, sched/timer_heap.h, tests/sched/test_timer.c
 */
#pragma once

#include <stdbool.h>

#include "sync/park.h"
#include "sync/timer.h"

/* Before anybody else knows the timer. */
static inline void timer_init(struct timer *timer,
			      void (*fn)(struct timer *timer))
{
	*timer = (struct timer)TIMER_INIT(fn);
}

bool timer_stop_wait(struct timer *timer);

/* Every expired timer of this CPU fires: the timer interrupt's handler. */
void timer_interrupt(void);
