/*
 * sched/clock_keeper.c - one timer that looks at the clock before it wraps.
 *
 * Invariant   Where the clock wraps, the timer is pending or firing on the boot
 *             CPU, and due within a quarter of the wrap: late by as much again,
 *             and once more, it is still in time.
 */
#include "sched/clock_keeper.h"

#include "arch/clock.h"
#include "arch/x86_64/clock.h"
#include "sched/timer.h"

static void look(struct timer *timer)
{
	timer_start(timer, clock_ns() + clock_wrap_ns() / 4);
}

static struct timer keeper = TIMER_INIT(look);

void clock_keeper_start(void)
{
	if (clock_wrap_ns())
		look(&keeper);
}
