/*
 * arch/x86_64/acpi_table.h - a verified table, and those who read one.
 *
 * Guarantees  A struct acpi_table is one of which all length bytes can be read,
 *             there are at least 36 of them, and they sum to zero.
 *             The readers take such a table and add to *out.  They log what
 *             they pass over by acpi_warn(), which counts it.
 * Context     Within acpi_parse() only.
 * See         arch/x86_64/acpi.h
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/x86_64/acpi.h"

#define ACPI_HEADER_SIZE	36

struct acpi_table {
	const uint8_t *data;	/* length bytes */
	uint32_t length;
	uint64_t address;	/* as some pointer named it */
	char name[5];		/* the signature, made printable */
};

void acpi_warn(struct acpi_info *out, const char *fmt, ...)
	printf_like(2, 3);

/* NULL, or why the table cannot be used; *at is the offset of that place. */
const char *acpi_madt_read(const struct acpi_table *madt,
			   struct acpi_info *out, uint32_t *at) must_check;

/* What is silent or nonsense in it is left at 0; returns the DSDT's address. */
uint64_t acpi_fadt_read(const struct acpi_table *fadt, struct acpi_info *out);

/* Looks for \_S5 unless it was found already. */
void acpi_s5_find(const struct acpi_table *aml, struct acpi_power *power);
