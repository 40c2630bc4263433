/*
 * tests/boot/image.h - building, byte by byte, what a loader would leave.
 *
 * Guarantees  image_put() appends a little-endian number and returns the
 *             offset where it lies, for image_patch() later.
 * Context     Tests, hosted and in the kernel.
 * See         tests/boot/multiboot2_image.c, tests/arch/acpi_image.c
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/compiler.h"

#define IMAGE_MAX	32768

struct image {
	size_t n;
	uint8_t byte[IMAGE_MAX] aligned_to(16);
};

void image_clear(struct image *m);
size_t image_put(struct image *m, uint64_t value, unsigned bytes);
size_t image_put_text(struct image *m, const char *text);	/* with its 0 */
size_t image_put_bytes(struct image *m, const void *from, size_t n);
void image_align(struct image *m, size_t to);
void image_patch(struct image *m, size_t at, uint64_t value, unsigned bytes);
