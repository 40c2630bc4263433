/*
 * arch/x86_64/backtrace.h - who called whom, by the frame pointers.
 *
 * Guarantees  Fills pcs[] with at most max addresses, pcs[0] = rip; the others
 *             are return addresses.  Ends at the first frame that is zero,
 *             unreadable or misaligned: it never faults and always ends.
 *             Every stub and every compiled function keeps its frame, so the
 *             chain crosses interrupts and IST stacks.
 * Context     Any, NMI included.
 * See         docs/style.md, "Build flags that the reader relies on"
 */
#pragma once

#include <stdint.h>

unsigned backtrace(uint64_t rip, uint64_t rbp, uint64_t *pcs, unsigned max);

/* The caller's own: pcs[0] is where it was called. */
unsigned backtrace_here(uint64_t *pcs, unsigned max);
