/*
 * tests/boot/test_pvh.c - sound start structures are read, others named.
 */
#include "boot/pvh.h"

#include "boot/boot_info.h"
#include "kernel/string.h"
#include "kernel/test.h"
#include "tests/boot/pvh_image.h"

#define PA		PVH_IMAGE_PA

static struct image m;
static struct boot_info info;
static const char *error;

static const void *phys(uint64_t pa, uint64_t size)
{
	return pvh_image_map(&m, pa, size);
}

static bool parse(void)
{
	error = "";
	return pvh_parse(m.byte, phys, &info, &error);
}

static bool fails(const char *want)
{
	return !parse() && strcmp(error, want) == 0;
}

TEST("boot/pvh", test_pvh_reads_what_qemu_gives)
{
	pvh_image_build(&m);
	if (!check(t, parse()))
		test_note(t, "%s", error);
	check(t, strcmp(info.protocol, "pvh") == 0);
	check(t, strcmp(info.cmdline, "test=boot/*") == 0);
	check(t, info.nr_ranges == 3 && info.range[0].base == 0 &&
		 info.range[1].base == 0x100000 &&
		 info.range[2].kind == BOOT_FIRMWARE);
	check(t, info.nr_modules == 1 && info.module[0].base == PA + PVH_ELF &&
		 info.module[0].size == PVH_ELF_SIZE &&
		 info.module[0].name[0] == 0);
	check(t, info.nr_reserved == 1 &&
		 info.reserved[0].base == PA + PVH_ELF &&
		 info.reserved[0].size == PVH_ELF_SIZE);
	check(t, info.rsdp_size == 20 && info.rsdp[0] == 'R');
	check(t, info.screen.kind == BOOT_SCREEN_NONE);
}

TEST("boot/pvh", test_pvh_takes_symbols_from_an_elf_module)
{
	pvh_image_build(&m);
	check(t, parse());
	check(t, info.symbols.symtab == PA + PVH_ELF + PVH_SYMTAB &&
		 info.symbols.symtab_size == 96 &&
		 info.symbols.strtab == PA + PVH_ELF + PVH_STRTAB &&
		 info.symbols.strtab_size == 0x55);
	m.byte[PVH_ELF] = 'x';
	check(t, parse() && info.symbols.symtab == 0);
	pvh_image_elf(&m);
	pvh_image_section(&m, 1, 1, PVH_SYMTAB, 96, 2);
	check(t, parse() && info.symbols.symtab == 0);
	pvh_image_elf(&m);
	image_patch(&m, PVH_ELF + 60, 0, 2);
	check(t, parse() && info.symbols.symtab == 0);
}

TEST("boot/pvh", test_pvh_takes_the_first_of_two_elf_modules)
{
	pvh_image_build(&m);
	image_patch(&m, 12, 2, 4);
	image_patch(&m, 16, PA + 0xc00, 8);
	memcpy(m.byte + 0xc00, m.byte + PVH_MODULES, 32);
	memcpy(m.byte + 0xc20, m.byte + PVH_MODULES, 32);
	image_patch(&m, 0xc20, PA + 0x800, 8);
	memcpy(m.byte + 0x800, m.byte + PVH_ELF, PVH_ELF_SIZE);
	check(t, parse() && info.nr_modules == 2);
	check(t, info.symbols.symtab == PA + PVH_ELF + PVH_SYMTAB);
}

/* A command line of one x at the end of all addresses, and a 0 at 0. */
static const void *phys_around_the_end(uint64_t pa, uint64_t size)
{
	if (pa == UINT64_MAX)
		return "x";
	return pa == 0 ? "" : phys(pa, size);
}

TEST("boot/pvh", test_pvh_does_not_wrap_around_the_end)
{
	pvh_image_build(&m);
	image_patch(&m, 24, UINT64_MAX, 8);
	check(t, !pvh_parse(m.byte, phys_around_the_end, &info, &error));
}

TEST("boot/pvh", test_pvh_reads_names_and_the_long_rsdp)
{
	pvh_image_build(&m);
	pvh_image_module(&m, 0, PA + PVH_ELF, PVH_ELF_SIZE, PA + PVH_NAME);
	m.byte[PVH_RSDP + 15] = 2;
	m.byte[PVH_RSDP + 35] = 0x77;
	check(t, parse() && strcmp(info.module[0].name, "symbols") == 0);
	check(t, info.rsdp_size == 36 && info.rsdp[35] == 0x77);
	memset(m.byte + PVH_NAME, 'n', 64);
	check(t, parse() && strlen(info.module[0].name) == 63);
}

TEST("boot/pvh", test_pvh_lives_without_what_is_optional)
{
	pvh_image_build(&m);
	image_patch(&m, 12, 0, 4);
	image_patch(&m, 16, 0, 8);
	image_patch(&m, 24, 0, 8);
	image_patch(&m, 32, 0, 8);
	check(t, parse());
	check(t, info.cmdline[0] == 0 && info.nr_modules == 0 &&
		 info.rsdp_size == 0);
}

TEST("boot/pvh", test_pvh_refuses_what_is_no_start_structure)
{
	pvh_image_build(&m);
	check(t, !pvh_parse(NULL, phys, &info, &error));
	image_patch(&m, 0, 0, 4);
	check(t, fails("pvh: no start structure where one should be"));
	pvh_image_build(&m);
	image_patch(&m, 4, 0, 4);
	check(t, fails("pvh: version 0 of the start structure has no "
		       "memory map"));
}

TEST("boot/pvh", test_pvh_names_the_part_and_its_address)
{
	pvh_image_build(&m);
	image_patch(&m, 40, 0, 8);
	check(t, fails("pvh: memory map at 0x0: it is missing"));
	pvh_image_build(&m);
	image_patch(&m, 48, 0, 4);
	check(t, fails("pvh: memory map at 0x10040: it is missing"));
	image_patch(&m, 48, 0xffffffff, 4);
	check(t, fails("pvh: memory map at 0x10040: it is unreadable"));
	pvh_image_build(&m);
	image_patch(&m, 24, 0x5000, 8);
	check(t, fails("pvh: command line at 0x5000: the command line is "
		       "unreadable or too long"));
	pvh_image_build(&m);
	image_patch(&m, 24, UINT64_MAX, 8);
	check(t, !parse());
	pvh_image_build(&m);
	image_patch(&m, 32, PA + 0xff0, 8);
	check(t, fails("pvh: RSDP at 0x10ff0: it is unreadable"));
	pvh_image_build(&m);
	image_patch(&m, 12, 2, 4);
	image_patch(&m, 16, PA + 0xfe0, 8);
	pvh_image_module(&m, 0, 0, 0, 0);
	check(t, fails("pvh: module at 0x11000: its entry is unreadable"));
}

TEST("boot/pvh", test_pvh_refuses_too_much_and_too_little)
{
	pvh_image_build(&m);
	image_patch(&m, 12, BOOT_MODULES + 1, 4);
	image_patch(&m, 16, PA + 0x800, 8);
	check(t, !parse() && string_glob("*more than 8 modules", error));
	pvh_image_build(&m);
	image_patch(&m, 12, 0, 4);
	pvh_image_range(&m, 0, 0, 0x1000, 2);
	pvh_image_range(&m, 1, 0, 0x1000, 2);
	check(t, !parse() && string_glob("*no usable memory", error));
	pvh_image_build(&m);
	memset(m.byte + PVH_CMDLINE, 'x', BOOT_CMDLINE);
	check(t, !parse() && string_glob("*too long", error));
}

TEST("boot/pvh", test_pvh_refuses_nonsense_in_the_elf_module)
{
	static const struct {
		uint32_t at;
		uint64_t value;
		uint32_t bytes;
		const char *says;
	} wrong[] = {
		{ 4, 1, 1, "*no little-endian ELF64 file" },
		{ 5, 2, 1, "*no little-endian ELF64 file" },
		{ 40, PVH_ELF_SIZE + 1, 8, "*headers lie outside it" },
		{ 40, UINT64_MAX, 8, "*headers lie outside it" },
		{ 40, PVH_ELF_SIZE - 191, 8, "*headers lie outside it" },
		{ 58, 40, 2, "*headers lie outside it" },
		{ 60, 0xffff, 2, "*headers lie outside it" },
		{ PVH_SECTIONS + 64 + 40, 3, 4, "*links to no section" },
		{ PVH_SECTIONS + 64 + 24, PVH_ELF_SIZE - 95, 8, "*outside it" },
		{ PVH_SECTIONS + 64 + 24, UINT64_MAX, 8, "*outside it" },
		{ PVH_SECTIONS + 64 + 32, UINT64_MAX, 8, "*outside it" },
		{ PVH_SECTIONS + 64 + 32, -16ull, 8, "*outside it" },
		{ PVH_SECTIONS + 64 + 32, 95, 8, "*outside it" },
		{ PVH_SECTIONS + 128 + 32, PVH_ELF_SIZE, 8, "*outside it" },
		{ PVH_SECTIONS + 128 + 4, 1, 4, "*outside it" },
	};

	for (unsigned i = 0; i < ARRAY_LEN(wrong); i++) {
		pvh_image_build(&m);
		image_patch(&m, PVH_ELF + wrong[i].at, wrong[i].value,
			    wrong[i].bytes);
		if (!check(t, !parse() && string_glob(wrong[i].says, error)))
			test_note(t, "case %u: %s", i, error);
	}
	pvh_image_build(&m);
	m.n = PVH_ELF + PVH_SECTIONS + 64;
	check(t, !parse() && string_glob("*unreadable", error));
}
