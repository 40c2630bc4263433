/*
 * arch/x86_64/clock.h - setting up the one clock (arch/clock.h).
 *
 * Guarantees  clock_calibrate() waits about ten milliseconds and leaves the
 *             rates of the TSC and of the local APIC's timer known to a few
 *             parts in 100,000; clock_ns() runs from then on.
 *             clock_agree() is called by every CPU while CPUs start; a TSC that
 *             is seen behind another's makes clock_settle() choose the ACPI
 *             timer instead; the time goes on from where it was.
 *             Where clock_wrap_ns() is not 0, clock_ns() loses that much each
 *             time that nobody calls it for so long.
 * Context     calibrate, settle: boot CPU, before threads run on other CPUs.
 * See         arch/x86_64/clock.c, sched/clock_keeper.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

void clock_calibrate(void);
void clock_agree(unsigned rounds);

/* force_acpi: the command line says clock=acpi. */
void clock_settle(bool force_acpi);
uint64_t clock_wrap_ns(void);

/* "tsc" or "acpi". */
const char *clock_source(void);
uint64_t clock_tsc_hz(void);

/* Local APIC timer counts (divided by 16) in a second. */
uint64_t clock_lapic_hz(void);

/* TSC ticks in ns nanoseconds. */
uint64_t clock_ns_to_ticks(uint64_t ns);
