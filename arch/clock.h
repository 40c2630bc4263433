/*
 * arch/clock.h - the one clock.
 *
 * Guarantees  clock_ns() is nanoseconds since boot, monotonic on each CPU and
 *             across CPUs: what happens after a read reads no less.
 * Context     Any, NMI included.
 * Cost        A TSC read and a multiplication where the CPUs' counters agree;
 *             a port read of the ACPI timer where they do not.
 * See         arch/x86_64/clock.c; Intel SDM vol. 3B, 18.17
 */
#pragma once

#include <stdint.h>

uint64_t clock_ns(void);
