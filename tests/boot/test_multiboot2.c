/*
 * tests/boot/test_multiboot2.c - sound lists are read, others named.
 *
 * That no byte outside the list is read is shown by the hosted suite
 * tests/hosted/test_parser_mutations.c, which ends the list at a guard page.
 */
#include "boot/multiboot2.h"

#include "boot/boot_info.h"
#include "kernel/string.h"
#include "kernel/test.h"
#include "tests/boot/multiboot2_image.h"

#define AT	0x330360	/* where we pretend the list lies */

static struct image m;
static struct boot_info info;
static const char *error;

static bool parse(void)
{
	error = "";
	return multiboot2_parse(m.byte, AT, m.n, &info, &error);
}

static bool fails(const char *want)
{
	return !parse() && strcmp(error, want) == 0;
}

static bool is_reserved(uint64_t base, uint64_t size)
{
	for (unsigned i = 0; i < info.nr_reserved; i++)
		if (info.reserved[i].base == base &&
		    info.reserved[i].size == size)
			return true;
	return false;
}

/* A list with some RAM and then one more tag. */
static void begin_with_ram(void)
{
	size_t tag;

	mb2_begin(&m);
	tag = mb2_map_open(&m, 24);
	mb2_map_add(&m, 0x100000, 0x1000000, 1);
	mb2_close(&m, tag);
}

TEST("boot/multiboot2", test_multiboot2_reads_what_grub_gives_by_bios)
{
	mb2_bios(&m);
	if (!check(t, parse()))
		test_note(t, "%s", error);
	check(t, strcmp(info.protocol, "multiboot2") == 0);
	check(t, strcmp(info.cmdline, "test=mm/* seed=7") == 0);
	check(t, strcmp(info.loader, "GRUB 2.06-13+deb12u1") == 0);
	check(t, info.nr_ranges == 6 && info.range[0].base == 0 &&
		 info.range[4].kind == BOOT_ACPI);
	check(t, info.nr_modules == 1 && info.module[0].base == 0x200000 &&
		 info.module[0].size == 0x123 &&
		 strcmp(info.module[0].name, "acpi") == 0);
	check(t, info.screen.kind == BOOT_SCREEN_TEXT &&
		 info.screen.base == 0xb8000 && info.screen.width == 80 &&
		 info.screen.height == 25 && info.screen.pitch == 160);
	check(t, info.symbols.symtab == 0x111000 &&
		 info.symbols.symtab_size == 480 &&
		 info.symbols.strtab == 0x112001 &&
		 info.symbols.strtab_size == 0x333);
	check(t, info.rsdp_size == 20 && info.rsdp[0] == 'R');
}

TEST("boot/multiboot2", test_multiboot2_reads_what_grub_gives_by_uefi)
{
	mb2_uefi(&m);
	if (!check(t, parse()))
		test_note(t, "%s", error);
	check(t, info.cmdline[0] == 0 && info.nr_modules == 0);
	check(t, info.range[2].kind == BOOT_ACPI_NVS &&
		 info.range[5].kind == BOOT_FIRMWARE);
	check(t, info.screen.kind == BOOT_SCREEN_RGB &&
		 info.screen.base == 0xfd000000 && info.screen.bpp == 32 &&
		 info.screen.red_shift == 16 && info.screen.green_shift == 8 &&
		 info.screen.blue_shift == 0 && info.screen.red_bits == 8);
	check(t, info.rsdp_size == 36 && info.rsdp[15] == 2);
	check(t, info.symbols.symtab == 0 && info.symbols.strtab == 0);
}

TEST("boot/multiboot2", test_multiboot2_reserves_all_that_was_loaded)
{
	mb2_bios(&m);
	check(t, parse());
	check(t, is_reserved(AT, m.n));
	check(t, is_reserved(0x200000, 0x123));
	check(t, is_reserved(0x111000, 480));
	check(t, is_reserved(0x112001, 0x333));
	check(t, is_reserved(0x112400, 0x40));
	check(t, info.nr_reserved == 5);
}

TEST("boot/multiboot2", test_multiboot2_prefers_the_new_rsdp_in_any_order)
{
	begin_with_ram();
	mb2_rsdp(&m, 2);
	mb2_rsdp(&m, 0);
	mb2_finish(&m);
	check(t, parse() && info.rsdp_size == 36 && info.rsdp[15] == 2);
}

TEST("boot/multiboot2", test_multiboot2_takes_map_entries_of_any_size)
{
	for (unsigned size = 24; size < 80; size += 8) {
		size_t tag;

		mb2_begin(&m);
		tag = mb2_map_open(&m, size);
		mb2_map_add(&m, 0x100000, 0x1000000, 1);
		mb2_map_add(&m, 0xf0000, 0x10000, 2);
		mb2_close(&m, tag);
		mb2_finish(&m);
		check(t, parse() && info.nr_ranges == 2);
		check(t, info.range[1].base == 0x100000 &&
			 info.range[1].size == 0x1000000);
	}
}

TEST("boot/multiboot2", test_multiboot2_needs_no_screen)
{
	begin_with_ram();
	mb2_finish(&m);
	check(t, parse() && info.screen.kind == BOOT_SCREEN_NONE);
	begin_with_ram();
	mb2_screen(&m, 0, 1024, 1024, 768, 8);
	mb2_finish(&m);
	check(t, parse() && info.screen.kind == BOOT_SCREEN_NONE);
	begin_with_ram();
	mb2_screen(&m, 1, 0x10000, 1024, 768, 64);
	mb2_finish(&m);
	check(t, parse() && info.screen.kind == BOOT_SCREEN_NONE);
}

TEST("boot/multiboot2", test_multiboot2_cuts_long_names_but_not_the_line)
{
	static char text[BOOT_CMDLINE + 1];

	memset(text, 'x', BOOT_CMDLINE - 1);
	begin_with_ram();
	mb2_text(&m, 1, text);
	mb2_text(&m, 2, text);
	mb2_module(&m, 0x1000, 0x1000, text);
	mb2_finish(&m);
	check(t, parse() && strlen(info.cmdline) == BOOT_CMDLINE - 1);
	check(t, strlen(info.loader) == 63);
	check(t, strlen(info.module[0].name) == 63);
	check(t, !is_reserved(0x1000, 0));

	text[BOOT_CMDLINE - 1] = 'x';
	begin_with_ram();
	mb2_text(&m, 1, text);
	mb2_finish(&m);
	check(t, fails("multiboot2: tag 1 (command line) at offset 0x30: "
		       "the command line is too long"));
}

TEST("boot/multiboot2", test_multiboot2_refuses_a_list_without_bounds)
{
	static const char no_list[] =
		"multiboot2: no aligned tag list where one should be";

	mb2_bios(&m);
	check(t, !multiboot2_parse(NULL, AT, m.n, &info, &error));
	check(t, strcmp(error, no_list) == 0);
	check(t, !multiboot2_parse(m.byte, AT, 7, &info, &error));
	check(t, strcmp(error, no_list) == 0);
	check(t, !multiboot2_parse(m.byte, AT, m.n - 1, &info, &error));
	mb2_set_total(&m, 15);
	check(t, !parse() && string_glob("*a list of 15 bytes, where 16 to *",
					 error));
	mb2_set_total(&m, 0xffffffff);
	check(t, !parse() && string_glob("*a list of 4294967295 *", error));
	/* sound, but for its place */
	mb2_bios(&m);
	memmove(m.byte + 4, m.byte, m.n);
	check(t, !multiboot2_parse(m.byte + 4, AT, m.n, &info, &error));
	check(t, strcmp(error, no_list) == 0);
}

/* Cut anywhere, it lacks its end tag at least. */
TEST("boot/multiboot2", test_multiboot2_refuses_every_shorter_list)
{
	size_t whole;

	mb2_bios(&m);
	whole = m.n;
	for (size_t n = 0; n < whole; n++) {
		mb2_set_total(&m, n);
		m.n = n;
		if (!check(t, !parse() && error[0]))
			test_note(t, "cut to %zu bytes", n);
	}
	check(t, string_glob("*without an end tag", error));
}

TEST("boot/multiboot2", test_multiboot2_names_the_tag_and_the_offset)
{
	begin_with_ram();
	image_put(&m, 77, 4);
	image_put(&m, 7, 4);
	mb2_finish(&m);
	check(t, fails("multiboot2: tag 77 at offset 0x30: "
		       "the tag is shorter than its own header"));
	image_patch(&m, 0x34, 0, 4);
	check(t, fails("multiboot2: tag 77 at offset 0x30: "
		       "the tag is shorter than its own header"));
	image_patch(&m, 0x34, 1000, 4);
	check(t, fails("multiboot2: tag 77 at offset 0x30: "
		       "the tag runs past the end of the list"));
	image_patch(&m, 0x34, 0xffffffff, 4);
	check(t, fails("multiboot2: tag 77 at offset 0x30: "
		       "the tag runs past the end of the list"));
	image_patch(&m, 0x34, 16, 4);
	check(t, fails("multiboot2: tag 0 at offset 0x40: "
		       "the list ends without an end tag"));
}

TEST("boot/multiboot2", test_multiboot2_refuses_short_tags_of_each_type)
{
	static const struct {
		uint32_t type, least;
	} kinds[] = { { 1, 9 }, { 2, 9 }, { 3, 17 }, { 6, 16 }, { 8, 32 },
		      { 9, 20 }, { 14, 28 }, { 15, 44 } };

	for (unsigned i = 0; i < ARRAY_LEN(kinds); i++) {
		for (uint32_t size = 8; size < kinds[i].least; size++) {
			size_t tag;

			mb2_begin(&m);
			tag = mb2_open(&m, kinds[i].type);
			while (m.n - tag < size)
				image_put(&m, 0, 1);
			mb2_close(&m, tag);
			mb2_finish(&m);
			check(t, !parse());
			check(t, string_glob("multiboot2: tag * at offset 0x8:"
					     " the tag is too short for its "
					     "type", error));
		}
	}
}

TEST("boot/multiboot2", test_multiboot2_refuses_a_second_tag)
{
	begin_with_ram();
	mb2_text(&m, 1, "a");
	mb2_text(&m, 1, "b");
	mb2_finish(&m);
	check(t, fails("multiboot2: tag 1 (command line) at offset 0x40: "
		       "a second tag of this type"));
	begin_with_ram();
	mb2_module(&m, 0x1000, 0x2000, "a");
	mb2_module(&m, 0x2000, 0x3000, "b");
	mb2_finish(&m);
	check(t, parse() && info.nr_modules == 2);
}

TEST("boot/multiboot2", test_multiboot2_refuses_texts_without_an_end)
{
	size_t tag;

	for (uint32_t type = 1; type <= 2; type++) {
		begin_with_ram();
		tag = mb2_text(&m, type, "1234567");
		image_patch(&m, tag + 15, 'x', 1);
		mb2_finish(&m);
		check(t, !parse() &&
			 string_glob("*does not end inside the tag", error));
	}
	begin_with_ram();
	tag = mb2_module(&m, 0, 0, "1234567");
	image_patch(&m, tag + 23, 'x', 1);
	mb2_finish(&m);
	check(t, fails("multiboot2: tag 3 (module) at offset 0x30: "
		       "the name does not end inside the tag"));
}

TEST("boot/multiboot2", test_multiboot2_refuses_nonsense_modules)
{
	begin_with_ram();
	mb2_module(&m, 0x2000, 0x1fff, "m");
	mb2_finish(&m);
	check(t, fails("multiboot2: tag 3 (module) at offset 0x30: "
		       "the module ends before it starts"));
	begin_with_ram();
	for (unsigned i = 0; i <= BOOT_MODULES; i++)
		mb2_module(&m, 0x1000, 0x2000, "m");
	mb2_finish(&m);
	check(t, !parse() && string_glob("*more than 8 modules", error));
}

TEST("boot/multiboot2", test_multiboot2_refuses_nonsense_maps)
{
	size_t tag;

	mb2_begin(&m);
	mb2_finish(&m);
	check(t, fails("multiboot2: tag 6 (memory map) is missing"));

	for (uint32_t entry = 0; entry < 24; entry++) {
		begin_with_ram();
		image_patch(&m, 16, entry, 4);
		mb2_finish(&m);
		check(t, !parse() && string_glob("*shorter than 24*", error));
	}
	begin_with_ram();
	image_patch(&m, 16, 32, 4);
	mb2_finish(&m);
	check(t, !parse() && string_glob("*whole number*", error));

	mb2_begin(&m);
	tag = mb2_map_open(&m, 24);
	mb2_map_add(&m, 0xffffffffffff0000, 0x10001, 1);
	mb2_close(&m, tag);
	mb2_finish(&m);
	check(t, !parse() && string_glob("*past the end*", error));

	mb2_begin(&m);
	tag = mb2_map_open(&m, 24);
	for (unsigned i = 0; i <= BOOT_RANGES; i++)
		mb2_map_add(&m, i * 0x2000, 0x1000, 1);
	mb2_close(&m, tag);
	mb2_finish(&m);
	check(t, fails("multiboot2: tag 6 (memory map) at offset 0x8: "
		       "more than 256 ranges"));
}

TEST("boot/multiboot2", test_multiboot2_refuses_nonsense_screens)
{
	static const struct {
		uint32_t at;
		uint64_t value;
		uint32_t bytes;
	} wrong[] = {
		{ 8, 0, 8 },		/* no address */
		{ 8, ~0xfffull, 8 },	/* past the end of all addresses */
		{ 16, 4095, 4 },	/* pitch below the width's bytes */
		{ 20, 0, 4 },		/* no width */
		{ 24, 0, 4 },		/* no height */
		{ 32, 25, 1 },		/* red leaves the pixel */
		{ 33, 0, 1 },		/* no red at all */
	};

	for (unsigned i = 0; i < ARRAY_LEN(wrong); i++) {
		size_t tag;

		begin_with_ram();
		tag = mb2_screen(&m, 1, 4096, 1024, 768, 32);
		mb2_finish(&m);
		check(t, parse());
		image_patch(&m, tag + wrong[i].at, wrong[i].value,
			    wrong[i].bytes);
		check(t, !parse() && string_glob("* tag 8 *", error));
	}
	begin_with_ram();
	mb2_screen(&m, 2, 158, 80, 25, 16);
	mb2_finish(&m);
	check(t, !parse() && string_glob("*characters*", error));
	begin_with_ram();
	image_patch(&m, mb2_screen(&m, 1, 4096, 1024, 768, 32) + 4, 37, 4);
	mb2_finish(&m);
	check(t, !parse() && string_glob("*too short for an RGB*", error));
}

/* Offsets are of the tag that mb2_sections() builds. */
TEST("boot/multiboot2", test_multiboot2_refuses_nonsense_sections)
{
	static const struct {
		uint32_t at;
		uint64_t value;
		uint32_t bytes;
		const char *says;
	} wrong[] = {
		{ 8, 7, 4, "*fewer bytes*" },
		{ 4, 20 + 6 * 64 - 1, 4, "*fewer bytes*" },
		{ 8, 0xffffffff, 4, "*fewer bytes*" },
		{ 12, 40, 4, "*no ELF64*" },
		{ 12, 0, 4, "*no ELF64*" },
		{ 20 + 3 * 64 + 40, 6, 4, "*links to no section" },
		{ 20 + 3 * 64 + 40, 1, 4, "*no loaded strings" },
		{ 20 + 4 * 64 + 16, 0, 8, "*no loaded strings" },
		{ 20 + 4 * 64 + 32, 0, 8, "*no loaded strings" },
		{ 20 + 3 * 64 + 32, 479, 8, "*whole number of symbols" },
		{ 20 + 5 * 64 + 32, UINT64_MAX, 8, "*past the end*" },
	};

	for (unsigned i = 0; i < ARRAY_LEN(wrong); i++) {
		size_t tag;

		begin_with_ram();
		tag = mb2_sections(&m);
		mb2_finish(&m);
		check(t, parse());
		image_patch(&m, tag + wrong[i].at, wrong[i].value,
			    wrong[i].bytes);
		check(t, !parse() && string_glob(wrong[i].says, error));
	}
}

TEST("boot/multiboot2", test_multiboot2_lives_without_symbols)
{
	size_t tag;

	begin_with_ram();
	tag = mb2_sections(&m);
	mb2_finish(&m);
	image_patch(&m, tag + 20 + 3 * 64 + 16, 0, 8);
	check(t, parse() && info.symbols.symtab == 0);
	image_patch(&m, tag + 8, 0, 4);
	check(t, parse() && info.nr_reserved == 1);
}

TEST("boot/multiboot2", test_multiboot2_takes_the_first_of_two_symtabs)
{
	size_t tag;

	begin_with_ram();
	tag = mb2_sections(&m);
	mb2_finish(&m);
	image_patch(&m, tag + 20 + 5 * 64 + 4, 2, 4);
	image_patch(&m, tag + 20 + 5 * 64 + 32, 48, 8);
	image_patch(&m, tag + 20 + 5 * 64 + 40, 4, 4);
	check(t, parse() && info.symbols.symtab == 0x111000);
}
