/*
 * sync/timer.h - one pending call, embedded in what it belongs to.
 *
 * Guarantees  A timer that was TIMER_INIT may be given to timer_start() and
 *             timer_stop() of sync/park.h.  Its members belong to the body of
 *             the seam.
 * Context     As sync/park.h says.
 * Cost        56 bytes; nothing is allocated to start one.
 * Limits      A timer must be stopped (timer_stop_wait() where its handler may
 *             be running elsewhere) before its memory is freed.
 * See         sched/timer.c, sched/timer_heap.h
 */
#pragma once

#include <stdint.h>

#include "arch/atomic.h"

struct timer {
	void (*fn)(struct timer *timer);
	uint64_t deadline_ns;
	struct timer *parent;	/* the heap it is pending in, and where */
	struct timer *left;
	struct timer *right;
	uint32_t rank;
	struct atomic32 home;	/* the CPU that started it; pending or not */
};

#define TIMER_INIT(fn_)	{ .fn = (fn_) }
