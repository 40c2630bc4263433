/*
 * tests/boot/test_pvh.c - sound start structures are read, others named.
 */
#include "boot/pvh.h"

#include "boot/boot_info.h"
#include "kernel/string.h"
#include "kernel/test.h"
#include "tests/boot/image.h"

#define PA	0x10000		/* where we pretend the image lies */

enum {			/* where in the image things are */
	MEMMAP = 0x100,
	MODULES = 0x200,
	CMDLINE = 0x300,
	NAME = 0x340,
	RSDP = 0x380,
	ELF = 0x400,
	ELF_SIZE = 0x400,
	SECTIONS = 0x300,	/* in the ELF file */
};

static struct image m;
static struct boot_info info;
static const char *error;

static const void *phys(uint64_t pa, uint64_t size)
{
	if (pa < PA || size > m.n || pa - PA > m.n - size)
		return NULL;
	return m.byte + (pa - PA);
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

static void put_map(unsigned i, uint64_t base, uint64_t size, uint32_t type)
{
	image_patch(&m, MEMMAP + i * 24, base, 8);
	image_patch(&m, MEMMAP + i * 24 + 8, size, 8);
	image_patch(&m, MEMMAP + i * 24 + 16, type, 4);
}

static void put_module(unsigned i, uint64_t base, uint64_t size, uint64_t name)
{
	image_patch(&m, MODULES + i * 32, base, 8);
	image_patch(&m, MODULES + i * 32 + 8, size, 8);
	image_patch(&m, MODULES + i * 32 + 16, name, 8);
}

static void put_section(unsigned i, uint32_t type, uint64_t offset,
			uint64_t size, uint32_t link)
{
	size_t at = ELF + SECTIONS + i * 64;

	image_patch(&m, at + 4, type, 4);
	image_patch(&m, at + 24, offset, 8);
	image_patch(&m, at + 32, size, 8);
	image_patch(&m, at + 40, link, 4);
}

static void put_elf(void)
{
	memcpy(m.byte + ELF, "\177ELF\2\1\1", 7);
	image_patch(&m, ELF + 40, SECTIONS, 8);
	image_patch(&m, ELF + 58, 64, 2);
	image_patch(&m, ELF + 60, 3, 2);
	put_section(1, 2, 0x100, 24 * 4, 2);
	put_section(2, 3, 0x180, 0x55, 0);
}

/* As QEMU does it: version 1, one module without a name. */
static void build(void)
{
	image_clear(&m);
	m.n = 0x1000;
	image_patch(&m, 0, PVH_MAGIC, 4);
	image_patch(&m, 4, 1, 4);
	image_patch(&m, 12, 1, 4);
	image_patch(&m, 16, PA + MODULES, 8);
	image_patch(&m, 24, PA + CMDLINE, 8);
	image_patch(&m, 32, PA + RSDP, 8);
	image_patch(&m, 40, PA + MEMMAP, 8);
	image_patch(&m, 48, 3, 4);
	put_map(0, 0x100000, 0x7ee0000, 1);
	put_map(1, 0, 0x9fc00, 1);
	put_map(2, 0x7fe0000, 0x20000, 2);
	put_module(0, PA + ELF, ELF_SIZE, 0);
	memcpy(m.byte + CMDLINE, "test=boot/*", 12);
	memcpy(m.byte + NAME, "symbols", 8);
	memcpy(m.byte + RSDP, "RSD PTR ", 8);
	put_elf();
}

TEST("boot/pvh", test_pvh_reads_what_qemu_gives)
{
	build();
	if (!check(t, parse()))
		test_note(t, "%s", error);
	check(t, strcmp(info.protocol, "pvh") == 0);
	check(t, strcmp(info.cmdline, "test=boot/*") == 0);
	check(t, info.nr_ranges == 3 && info.range[0].base == 0 &&
		 info.range[1].base == 0x100000 &&
		 info.range[2].kind == BOOT_FIRMWARE);
	check(t, info.nr_modules == 1 && info.module[0].base == PA + ELF &&
		 info.module[0].size == ELF_SIZE &&
		 info.module[0].name[0] == 0);
	check(t, info.nr_reserved == 1 &&
		 info.reserved[0].base == PA + ELF &&
		 info.reserved[0].size == ELF_SIZE);
	check(t, info.rsdp_size == 20 && info.rsdp[0] == 'R');
	check(t, info.screen.kind == BOOT_SCREEN_NONE);
}

TEST("boot/pvh", test_pvh_takes_symbols_from_an_elf_module)
{
	build();
	check(t, parse());
	check(t, info.symbols.symtab == PA + ELF + 0x100 &&
		 info.symbols.symtab_size == 96 &&
		 info.symbols.strtab == PA + ELF + 0x180 &&
		 info.symbols.strtab_size == 0x55);
	m.byte[ELF] = 'x';
	check(t, parse() && info.symbols.symtab == 0);
	put_elf();
	put_section(1, 1, 0x100, 96, 2);
	check(t, parse() && info.symbols.symtab == 0);
	put_elf();
	image_patch(&m, ELF + 60, 0, 2);
	check(t, parse() && info.symbols.symtab == 0);
}

TEST("boot/pvh", test_pvh_reads_names_and_the_long_rsdp)
{
	build();
	put_module(0, PA + ELF, ELF_SIZE, PA + NAME);
	m.byte[RSDP + 15] = 2;
	m.byte[RSDP + 35] = 0x77;
	check(t, parse() && strcmp(info.module[0].name, "symbols") == 0);
	check(t, info.rsdp_size == 36 && info.rsdp[35] == 0x77);
	memset(m.byte + NAME, 'n', 64);
	check(t, parse() && strlen(info.module[0].name) == 63);
}

TEST("boot/pvh", test_pvh_lives_without_what_is_optional)
{
	build();
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
	build();
	check(t, !pvh_parse(NULL, phys, &info, &error));
	image_patch(&m, 0, 0, 4);
	check(t, fails("pvh: no start structure where one should be"));
	build();
	image_patch(&m, 4, 0, 4);
	check(t, fails("pvh: version 0 of the start structure has no "
		       "memory map"));
}

TEST("boot/pvh", test_pvh_names_the_part_and_its_address)
{
	build();
	image_patch(&m, 40, 0, 8);
	check(t, fails("pvh: memory map at 0x0: it is missing"));
	build();
	image_patch(&m, 48, 0xffffffff, 4);
	check(t, fails("pvh: memory map at 0x10100: it is unreadable"));
	build();
	image_patch(&m, 24, 0x5000, 8);
	check(t, fails("pvh: command line at 0x5000: the command line is "
		       "unreadable or too long"));
	build();
	image_patch(&m, 24, UINT64_MAX, 8);
	check(t, !parse());
	build();
	image_patch(&m, 32, PA + 0xff0, 8);
	check(t, fails("pvh: RSDP at 0x10ff0: it is unreadable"));
	build();
	image_patch(&m, 12, 2, 4);
	image_patch(&m, 16, PA + 0xfe0, 8);
	put_module(0, 0, 0, 0);
	check(t, fails("pvh: module at 0x11000: its entry is unreadable"));
}

TEST("boot/pvh", test_pvh_refuses_too_much_and_too_little)
{
	build();
	image_patch(&m, 12, BOOT_MODULES + 1, 4);
	image_patch(&m, 16, PA + 0x800, 8);
	check(t, !parse() && string_glob("*more than 8 modules", error));
	build();
	image_patch(&m, 12, 0, 4);
	put_map(0, 0, 0x1000, 2);
	put_map(1, 0, 0x1000, 2);
	check(t, !parse() && string_glob("*no usable memory", error));
	build();
	memset(m.byte + CMDLINE, 'x', BOOT_CMDLINE);
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
		{ 40, ELF_SIZE + 1, 8, "*headers lie outside it" },
		{ 40, UINT64_MAX, 8, "*headers lie outside it" },
		{ 40, ELF_SIZE - 191, 8, "*headers lie outside it" },
		{ 58, 40, 2, "*headers lie outside it" },
		{ 60, 0xffff, 2, "*headers lie outside it" },
		{ SECTIONS + 64 + 40, 3, 4, "*links to no section" },
		{ SECTIONS + 64 + 24, ELF_SIZE - 95, 8, "*outside it" },
		{ SECTIONS + 64 + 24, UINT64_MAX, 8, "*outside it" },
		{ SECTIONS + 64 + 32, UINT64_MAX, 8, "*outside it" },
		{ SECTIONS + 64 + 32, 95, 8, "*outside it" },
		{ SECTIONS + 128 + 32, ELF_SIZE, 8, "*outside it" },
		{ SECTIONS + 128 + 4, 1, 4, "*outside it" },
	};

	for (unsigned i = 0; i < ARRAY_LEN(wrong); i++) {
		build();
		image_patch(&m, ELF + wrong[i].at, wrong[i].value,
			    wrong[i].bytes);
		if (!check(t, !parse() && string_glob(wrong[i].says, error)))
			test_note(t, "case %u: %s", i, error);
	}
	build();
	m.n = ELF + SECTIONS + 64;
	check(t, !parse() && string_glob("*unreadable", error));
}
