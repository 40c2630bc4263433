/*
 * tests/boot/pvh_image.h - a PVH start structure and what it points at.
 *
 * Guarantees  pvh_image_build() makes what QEMU hands over: version 1, three
 *             memory ranges, and one nameless module, an ELF file with a
 *             symbol table.  The image starts at physical address PVH_IMAGE_PA
 *             and pvh_image_map() is its memory.
 * Context     Tests, hosted and in the kernel.
 * See         tests/boot/test_pvh.c
 */
#pragma once

#include "tests/boot/image.h"

#define PVH_IMAGE_PA	0x10000

enum {			/* where in the image things are */
	PVH_MEMMAP = 0x40,
	PVH_MODULES = 0x90,
	PVH_CMDLINE = 0xc0,
	PVH_NAME = 0xe0,
	PVH_RSDP = 0x120,
	PVH_ELF = 0x150,
	PVH_ELF_SIZE = 0x200,
	PVH_END = PVH_ELF + PVH_ELF_SIZE,
	PVH_SYMTAB = 0x40,	/* these three in the ELF file */
	PVH_STRTAB = 0xa0,
	PVH_SECTIONS = 0x140,
};

void pvh_image_build(struct image *m);
void pvh_image_range(struct image *m, unsigned i, uint64_t base,
		     uint64_t size, uint32_t type);
void pvh_image_module(struct image *m, unsigned i, uint64_t base,
		      uint64_t size, uint64_t name);
void pvh_image_section(struct image *m, unsigned i, uint32_t type,
		       uint64_t offset, uint64_t size, uint32_t link);
void pvh_image_elf(struct image *m);

const void *pvh_image_map(const struct image *m, uint64_t pa, uint64_t size);
