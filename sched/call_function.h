/*
 * sched/call_function.h - run a function on other CPUs.
 *
 * Guarantees  fn(arg) runs once on each CPU that is both in mask and online at
 *             the call, this one included, with interrupts masked.  With wait,
 *             all of them have returned, and what they wrote is seen.  Without
 *             wait they will run soon, and the result is 0 or -ENOMEM (then
 *             some CPUs of mask may not have been asked).
 * Context     fn: as an interrupt handler; short.  With wait: interrupts
 *             enabled (else two CPUs could wait for each other: asserted), not
 *             in a handler, and no lock that fn takes.  Without: also
 *             interrupts; not NMI.
 * Cost        One locked instruction for each CPU asked and one for its answer;
 *             one IPI for each CPU that had no call waiting already.
 * Limits      CPUs are asked in batches of 64, one batch after another.
 * See         sched/call_function.c, tests/sched/test_call_function.c
 */
#pragma once

#include <stdbool.h>

#include "arch/cpumask.h"

int call_function(const struct cpumask *mask, void (*fn)(void *arg), void *arg,
		  bool wait);

/* The handler of the call IPI. */
void call_function_interrupt(void);
