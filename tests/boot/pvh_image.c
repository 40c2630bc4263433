/*
 * tests/boot/pvh_image.c - a PVH start structure and what it points at.
 */
#include "tests/boot/pvh_image.h"

#include "boot/pvh.h"
#include "kernel/string.h"

void pvh_image_range(struct image *m, unsigned i, uint64_t base,
		     uint64_t size, uint32_t type)
{
	image_patch(m, PVH_MEMMAP + i * 24, base, 8);
	image_patch(m, PVH_MEMMAP + i * 24 + 8, size, 8);
	image_patch(m, PVH_MEMMAP + i * 24 + 16, type, 4);
}

void pvh_image_module(struct image *m, unsigned i, uint64_t base,
		      uint64_t size, uint64_t name)
{
	image_patch(m, PVH_MODULES + i * 32, base, 8);
	image_patch(m, PVH_MODULES + i * 32 + 8, size, 8);
	image_patch(m, PVH_MODULES + i * 32 + 16, name, 8);
}

void pvh_image_section(struct image *m, unsigned i, uint32_t type,
		       uint64_t offset, uint64_t size, uint32_t link)
{
	size_t at = PVH_ELF + PVH_SECTIONS + i * 64;

	image_patch(m, at + 4, type, 4);
	image_patch(m, at + 24, offset, 8);
	image_patch(m, at + 32, size, 8);
	image_patch(m, at + 40, link, 4);
}

void pvh_image_elf(struct image *m)
{
	memcpy(m->byte + PVH_ELF, "\177ELF\2\1\1", 7);
	image_patch(m, PVH_ELF + 40, PVH_SECTIONS, 8);
	image_patch(m, PVH_ELF + 58, 64, 2);
	image_patch(m, PVH_ELF + 60, 3, 2);
	pvh_image_section(m, 1, 2, PVH_SYMTAB, 24 * 4, 2);
	pvh_image_section(m, 2, 3, PVH_STRTAB, 0x55, 0);
}

void pvh_image_build(struct image *m)
{
	image_clear(m);
	m->n = 0x1000;
	image_patch(m, 0, PVH_MAGIC, 4);
	image_patch(m, 4, 1, 4);
	image_patch(m, 12, 1, 4);
	image_patch(m, 16, PVH_IMAGE_PA + PVH_MODULES, 8);
	image_patch(m, 24, PVH_IMAGE_PA + PVH_CMDLINE, 8);
	image_patch(m, 32, PVH_IMAGE_PA + PVH_RSDP, 8);
	image_patch(m, 40, PVH_IMAGE_PA + PVH_MEMMAP, 8);
	image_patch(m, 48, 3, 4);
	pvh_image_range(m, 0, 0x100000, 0x7ee0000, 1);
	pvh_image_range(m, 1, 0, 0x9fc00, 1);
	pvh_image_range(m, 2, 0x7fe0000, 0x20000, 2);
	pvh_image_module(m, 0, PVH_IMAGE_PA + PVH_ELF, PVH_ELF_SIZE, 0);
	memcpy(m->byte + PVH_CMDLINE, "test=boot/*", 12);
	memcpy(m->byte + PVH_NAME, "symbols", 8);
	memcpy(m->byte + PVH_RSDP, "RSD PTR ", 8);
	pvh_image_elf(m);
}

const void *pvh_image_map(const struct image *m, uint64_t pa, uint64_t size)
{
	if (pa < PVH_IMAGE_PA || size > m->n ||
	    pa - PVH_IMAGE_PA > m->n - size)
		return NULL;
	return m->byte + (pa - PVH_IMAGE_PA);
}
