/*
 * tests/boot/multiboot2_image.c - tag lists, sound ones unless patched.
 */
#include "tests/boot/multiboot2_image.h"

#include "boot/bytes.h"

static size_t map_tag;

void mb2_begin(struct image *m)
{
	image_clear(m);
	image_put(m, 0, 8);
}

void mb2_set_total(struct image *m, size_t total)
{
	image_patch(m, 0, total, 4);
}

size_t mb2_open(struct image *m, uint32_t type)
{
	size_t tag = image_put(m, type, 4);

	image_put(m, 0, 4);
	return tag;
}

void mb2_close(struct image *m, size_t tag)
{
	image_patch(m, tag + 4, m->n - tag, 4);
	image_align(m, 8);
}

void mb2_finish(struct image *m)
{
	mb2_close(m, mb2_open(m, 0));
	mb2_set_total(m, m->n);
}

size_t mb2_text(struct image *m, uint32_t type, const char *text)
{
	size_t tag = mb2_open(m, type);

	image_put_text(m, text);
	mb2_close(m, tag);
	return tag;
}

size_t mb2_module(struct image *m, uint32_t start, uint32_t end,
		  const char *name)
{
	size_t tag = mb2_open(m, 3);

	image_put(m, start, 4);
	image_put(m, end, 4);
	image_put_text(m, name);
	mb2_close(m, tag);
	return tag;
}

size_t mb2_map_open(struct image *m, uint32_t entry_size)
{
	map_tag = mb2_open(m, 6);
	image_put(m, entry_size, 4);
	image_put(m, 0, 4);
	return map_tag;
}

void mb2_map_add(struct image *m, uint64_t base, uint64_t size, uint32_t type)
{
	size_t entry = m->n;

	image_put(m, base, 8);
	image_put(m, size, 8);
	image_put(m, type, 4);
	while (m->n - entry < get32(m->byte + map_tag + 8))
		image_put(m, 0, 1);
}

size_t mb2_screen(struct image *m, uint8_t type, uint32_t pitch,
		  uint32_t width, uint32_t height, uint8_t bpp)
{
	static const uint8_t colours[] = { 16, 8, 8, 8, 0, 8 };
	size_t tag = mb2_open(m, 8);

	image_put(m, type == 2 ? 0xb8000 : 0xfd000000, 8);
	image_put(m, pitch, 4);
	image_put(m, width, 4);
	image_put(m, height, 4);
	image_put(m, bpp, 1);
	image_put(m, type, 1);
	image_put(m, 0, 2);
	if (type == 1)
		image_put_bytes(m, colours, sizeof(colours));
	mb2_close(m, tag);
	return tag;
}

size_t mb2_rsdp(struct image *m, uint8_t revision)
{
	size_t tag = mb2_open(m, revision < 2 ? 14 : 15);

	image_put_bytes(m, "RSD PTR \0QUIESC", 15);
	image_put(m, revision, 1);
	image_put(m, 0x7fe1000, 4);
	if (revision >= 2) {
		image_put(m, 36, 4);
		image_put(m, 0x7fe2000, 8);
		image_put(m, 0, 4);
	}
	mb2_close(m, tag);
	return tag;
}

static void section(struct image *m, uint32_t type, uint64_t flags,
		    uint64_t addr, uint64_t size, uint32_t link)
{
	image_put(m, 0, 4);
	image_put(m, type, 4);
	image_put(m, flags, 8);
	image_put(m, addr, 8);
	image_put(m, 0, 8);
	image_put(m, size, 8);
	image_put(m, link, 4);
	image_put(m, 0, 4);
	image_put(m, 1, 8);
	image_put(m, type == 2 ? 24 : 0, 8);
}

size_t mb2_sections(struct image *m)
{
	size_t tag = mb2_open(m, 9);

	image_put(m, 6, 4);
	image_put(m, 64, 4);
	image_put(m, 5, 4);
	section(m, 0, 0, 0, 0, 0);
	section(m, 1, 6, 0xffffffff80100000, 0x5000, 0);
	section(m, 8, 3, 0xffffffff80106000, 0x8000, 0);
	section(m, 2, 0, 0x111000, 24 * 20, 4);
	section(m, 3, 0, 0x112001, 0x333, 0);
	section(m, 3, 0, 0x112400, 0x40, 0);
	mb2_close(m, tag);
	return tag;
}

void mb2_bios(struct image *m)
{
	size_t tag;

	mb2_begin(m);
	mb2_text(m, 1, "test=mm/* seed=7");
	mb2_text(m, 2, "GRUB 2.06-13+deb12u1");
	mb2_module(m, 0x200000, 0x200123, "acpi");
	mb2_sections(m);
	tag = mb2_map_open(m, 24);
	mb2_map_add(m, 0, 0x9fc00, 1);
	mb2_map_add(m, 0x9fc00, 0x400, 2);
	mb2_map_add(m, 0xf0000, 0x10000, 2);
	mb2_map_add(m, 0x100000, 0x7ee0000, 1);
	mb2_map_add(m, 0x7fe0000, 0x20000, 3);
	mb2_map_add(m, 0xfffc0000, 0x40000, 2);
	mb2_close(m, tag);
	mb2_screen(m, 2, 160, 80, 25, 16);
	mb2_rsdp(m, 0);
	mb2_finish(m);
}

void mb2_uefi(struct image *m)
{
	size_t tag;

	mb2_begin(m);
	mb2_text(m, 1, "");
	mb2_text(m, 2, "GRUB 2.06-13+deb12u1");
	mb2_text(m, 10, "APM, which we skip");
	tag = mb2_map_open(m, 24);
	mb2_map_add(m, 0, 0xa0000, 1);
	mb2_map_add(m, 0x100000, 0x706000, 1);
	mb2_map_add(m, 0x806000, 0xfa000, 4);
	mb2_map_add(m, 0x900000, 0xee6c000, 1);
	mb2_map_add(m, 0xf76c000, 0x12000, 3);
	mb2_map_add(m, 0xf77e000, 0x80000, 20);
	mb2_map_add(m, 0xb0000000, 0x10000000, 2);
	mb2_close(m, tag);
	mb2_screen(m, 1, 4096, 1024, 768, 32);
	mb2_rsdp(m, 0);
	mb2_rsdp(m, 2);
	mb2_text(m, 12, "EFI64");
	mb2_finish(m);
}
