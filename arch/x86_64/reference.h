/*
 * arch/x86_64/reference.h - a counter whose rate is known.
 *
 * Guarantees  reference_read() counts up at reference_hz(), modulo
 *             reference_mask() + 1: the ACPI timer where there is one (3.58
 *             MHz, 24 bits: wraps after 4.7 s), else the PIT's channel 2 (1.19
 *             MHz, 16 bits: wraps after 55 ms).
 * Context     Any for the ACPI timer; one CPU at a time for the PIT.
 * Cost        One or three port accesses, about a microsecond each.
 * See         ACPI 6.4, 4.8.3.3; Intel 8254 datasheet, read-back
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

/* port 0: there is no ACPI timer.  False: neither of the two counts. */
bool reference_init(uint16_t acpi_timer_port) must_check;
uint32_t reference_read(void);
uint32_t reference_hz(void);
uint32_t reference_mask(void);

/* Any CPU may read it, any time. */
bool reference_is_shared(void);
