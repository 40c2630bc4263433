/*
 * sched/timer_heap.h - pending timers, the earliest first.
 *
 * Guarantees  timer_heap_first() is a timer with the least deadline.  Any
 *             timer of the heap can be removed.
 * Context     The caller holds whatever lock protects the heap.
 * Cost        Insert and remove O(log n) steps, first O(1).  Nothing is
 *             allocated: the links are in the timers.
 * Limits      Timers with equal deadlines come out in no particular order.
 * See         sched/timer.c, tests/sched/test_timer_heap.c
 */
#pragma once

#include <stddef.h>

#include "sync/timer.h"

struct timer_heap {
	struct timer *root;
};

void timer_heap_insert(struct timer_heap *heap, struct timer *timer);
void timer_heap_remove(struct timer_heap *heap, struct timer *timer);

static inline struct timer *timer_heap_first(const struct timer_heap *heap)
{
	return heap->root;
}
