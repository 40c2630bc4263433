/*
 * tests/boot/multiboot2_image.h - tag lists, sound ones unless patched.
 *
 * Guarantees  Between mb2_begin() and mb2_finish() each mb2_ function appends
 *             one tag and returns its offset.  mb2_bios() and mb2_uefi() build
 *             the lists that GRUB 2.06 hands over from SeaBIOS and from OVMF.
 * Context     Tests, hosted and in the kernel.
 * See         tests/boot/test_multiboot2.c
 */
#pragma once

#include "tests/boot/image.h"

void mb2_begin(struct image *m);
void mb2_finish(struct image *m);	/* the end tag and the total */
void mb2_set_total(struct image *m, size_t total);

size_t mb2_open(struct image *m, uint32_t type);
void mb2_close(struct image *m, size_t tag);	/* its size, and padding */

size_t mb2_text(struct image *m, uint32_t type, const char *text);
size_t mb2_module(struct image *m, uint32_t start, uint32_t end,
		  const char *name);
size_t mb2_map_open(struct image *m, uint32_t entry_size);
void mb2_map_add(struct image *m, uint64_t base, uint64_t size, uint32_t type);
size_t mb2_screen(struct image *m, uint8_t type, uint32_t pitch,
		  uint32_t width, uint32_t height, uint8_t bpp);
size_t mb2_rsdp(struct image *m, uint8_t revision);

/* .symtab at 0x111000 and .strtab at 0x112001 among others, or none. */
size_t mb2_sections(struct image *m);

void mb2_bios(struct image *m);
void mb2_uefi(struct image *m);
