/*
 * boot/collect.h - what both boot protocols do with what they read.
 *
 * Guarantees  Each function that returns `const char *` returns NULL when it
 *             has done its work, or else a constant text that says why not;
 *             the caller adds where in its list that was.
 *             After boot_settle_ranges() range[] is sorted by base and
 *             disjoint.  Where entries overlapped, the more restrictive kind
 *             has won: BAD over FIRMWARE over ACPI_NVS over ACPI over RAM.
 * Context     Boot, one CPU; and tests.  Not reentrant.
 * Cost        boot_settle_ranges() is quadratic in the number of entries.
 * See         boot/boot_info.h, tests/boot/test_collect.c
 */
#pragma once

#include "boot/boot_info.h"
#include "kernel/compiler.h"

/* Empty of everything; the protocol fills it from here on. */
void boot_begin(struct boot_info *out, const char *protocol);

/* Types as in the E820 map, which both protocols pass on. */
const char *boot_add_range(struct boot_info *out, uint64_t base, uint64_t size,
			   uint32_t e820_type) must_check;
const char *boot_settle_ranges(struct boot_info *out) must_check;

/* Memory that nobody may hand out; what is a string constant. */
const char *boot_reserve(struct boot_info *out, uint64_t base, uint64_t size,
			 const char *what) must_check;

/* The name is at most max bytes long, terminated or not, and is cut to fit. */
const char *boot_add_module(struct boot_info *out, uint64_t base,
			    uint64_t size, const char *name, size_t max)
	must_check;

/*
 * The error text for a person, in a static buffer that the next call reuses.
 */
const char *boot_complain(const char *fmt, ...) printf_like(1, 2);
