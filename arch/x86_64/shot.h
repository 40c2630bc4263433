/*
 * arch/x86_64/shot.h - this CPU's one-shot timer.
 *
 * Guarantees  After shot_arm(deadline_ns) the vector IRQ_TIMER arrives once on
 *             this CPU, at or after the deadline, or early by the hardware's
 *             range (tens of seconds): its handler looks at the clock and arms
 *             again.  Arming replaces what was armed; shot_cancel() disarms,
 *             though an interrupt already on its way still arrives.
 * Context     Any on this CPU, interrupts off.
 * Cost        One device write (an MSR with the TSC-deadline timer).
 * See         Intel SDM vol. 3A, 11.5.4
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

void shot_init_cpu(void);
void shot_arm(uint64_t deadline_ns);
void shot_cancel(void);

/* For tests: deadline mode on this CPU by force; returns the mode that was. */
bool shot_use_deadline(bool deadline);
