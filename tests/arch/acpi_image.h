/*
 * tests/arch/acpi_image.h - ACPI tables in a window of pretended memory.
 *
 * Guarantees  acpi_image_build() makes sound tables as *spec says, with all
 *             checksums; the window starts at ACPI_IMAGE_PA.  at_ says where
 *             each table lies in it, for acpi_image_patch(), which mends the
 *             checksum, and for image_patch(), which leaves it wrong.
 *             acpi_image_map() is a map() for acpi_parse().
 * Context     Tests, hosted and in the kernel.
 * See         tests/arch/test_acpi.c
 */
#pragma once

#include <stdbool.h>

#include "tests/boot/image.h"

#define ACPI_IMAGE_PA	0x7fe0000

struct boot_info;

struct acpi_image_spec {
	unsigned cpus;		/* MADT type 0, ids 0 .. */
	unsigned x2apics;	/* MADT type 9, ids 0x100 .. */
	bool xsdt;		/* revision 2, else 0 with an RSDT */
	unsigned fadt_length;	/* 0: no FADT */
	bool s5_in_ssdt;	/* else in the DSDT */
	bool no_madt;
};

struct acpi_image {
	struct image m;
	size_t at_rsdp, at_root, at_madt, at_fadt, at_dsdt, at_ssdt;
	size_t end_of_madt;
};

extern struct acpi_image acpi_image;

void acpi_image_build(const struct acpi_image_spec *spec);

/* Changes bytes of the table at `table` and mends its checksum. */
void acpi_image_patch(size_t table, size_t offset, uint64_t value,
		      unsigned bytes);
void acpi_image_mend(size_t table);

/* Appends an entry to the MADT; only before another table follows it. */
void acpi_image_madt_add(const uint8_t *entry, size_t n);

const void *acpi_image_map(uint64_t pa, uint64_t size);

/* As a loader hands it over: by the root pointer, or as a boot module. */
void acpi_image_hand_over(struct boot_info *boot);
