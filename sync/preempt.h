/*
 * sync/preempt.h - the preempt seam: stay on this CPU, keep this thread.
 *
 * Guarantees  Between preempt_disable() and its preempt_enable() the caller is
 *             neither switched away from nor migrated.  Pairs nest.  The
 *             outermost preempt_enable() with interrupts enabled performs a
 *             reschedule that became due meanwhile.
 *             Where a function has another slow path already,
 *             preempt_enable_is_due() enables without a switch; if it is true,
 *             the caller calls preempt_schedule() at once.
 *             might_sleep() asserts that the caller may block: preemptible,
 *             interrupts enabled, not in a handler.
 * Context     Any.
 * Cost        One unlocked per-CPU add; one add and one branch.
 * See         arch/x86_64/world/preempt.h, sched/sched.h
 */
#pragma once

/*
 * The body defines preempt_disable, preempt_enable, preempt_enable_is_due,
 * preempt_schedule, preemptible and might_sleep.
 */
#include "world/preempt.h"
