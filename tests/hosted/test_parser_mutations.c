/*
 * tests/hosted/test_parser_mutations.c - no image makes a parser read wildly.
 *
 * Sound images, small faults in them (tests/hosted/mutate.c), and every byte
 * that a parser may read laid against a page that it may not.  What a parser
 * then says is checked as well: a result keeps the promises of its header, a
 * refusal has a text.
 */
#include <stdio.h>
#include <string.h>

#include "arch/x86_64/acpi.h"
#include "boot/boot_info.h"
#include "boot/multiboot2.h"
#include "boot/pvh.h"
#include "kernel/printk.h"
#include "kernel/test.h"
#include "tests/arch/acpi_image.h"
#include "tests/boot/multiboot2_image.h"
#include "tests/boot/pvh_image.h"
#include "tests/hosted/guard.h"
#include "tests/hosted/mutate.h"

#define ROUNDS	200000	/* of each parser */

static struct image m;
static struct boot_info info;
static struct acpi_info acpi;
static const char *error;
static unsigned step, sound;

/* 200,000 warnings help nobody. */
void printk(enum log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

static void say_step(void)
{
	fprintf(stderr, "wild access in round %u\n", step);
}

static void begin(void)
{
	sound = 0;
	guard_report(say_step);
}

/* Faults must not be so gross that nothing behind the first check runs. */
static void end(struct test *t)
{
	test_note(t, "%u of %u still read as sound", sound, ROUNDS);
	check(t, sound > ROUNDS / 100);
	check(t, sound < ROUNDS);
}

static bool ends_inside(uint64_t base, uint64_t size)
{
	return size && size - 1 <= UINT64_MAX - base;
}

static void check_info(struct test *t)
{
	const struct boot_range *r = info.range;

	check(t, info.nr_ranges > 0 && info.nr_ranges <= BOOT_RANGES);
	check(t, info.nr_reserved <= BOOT_RESERVED);
	check(t, info.nr_modules <= BOOT_MODULES);
	for (unsigned i = 0; i < info.nr_ranges; i++) {
		check(t, ends_inside(r[i].base, r[i].size));
		check(t, r[i].kind >= BOOT_RAM && r[i].kind <= BOOT_BAD);
		check(t, i == 0 ||
			 r[i - 1].base + (r[i - 1].size - 1) < r[i].base);
	}
	for (unsigned i = 0; i < info.nr_reserved; i++)
		check(t, info.reserved[i].what &&
			 ends_inside(info.reserved[i].base,
				     info.reserved[i].size));
	for (unsigned i = 0; i < info.nr_modules; i++)
		check(t, memchr(info.module[i].name, 0, 64) != NULL);
	check(t, memchr(info.cmdline, 0, BOOT_CMDLINE) != NULL);
	check(t, memchr(info.loader, 0, 64) != NULL);
	check(t, info.rsdp_size == 0 || info.rsdp_size == 20 ||
		 info.rsdp_size == 36);
}

static void check_verdict(struct test *t, bool ok, const char *prefix)
{
	sound += ok;
	if (ok)
		check_info(t);
	else
		check(t, error && !strncmp(error, prefix, strlen(prefix)) &&
			 strlen(error) > strlen(prefix) + 5);
}

/* Dumped from running machines; see tests/fuzz/fuzz_multiboot2.c. */
static const struct real {
	const char *path;
	enum boot_screen_kind screen;
	unsigned rsdp_size;
} reals[] = {
	{ "tests/fuzz/corpus/multiboot2/pc-bios", BOOT_SCREEN_TEXT, 20 },
	{ "tests/fuzz/corpus/multiboot2/pc-uefi", BOOT_SCREEN_NONE, 36 },
	{ "tests/fuzz/corpus/multiboot2/q35-bios-fb", BOOT_SCREEN_RGB, 20 },
	{ "tests/fuzz/corpus/multiboot2/q35-uefi", BOOT_SCREEN_RGB, 36 },
};

/* Kept in memory: they are read 100,000 times. */
static bool load_real(unsigned i)
{
	static struct image kept[ARRAY_LEN(reals)];
	FILE *f = kept[i].n ? NULL : fopen(reals[i].path, "rb");

	if (f) {
		kept[i].n = fread(kept[i].byte, 1, IMAGE_MAX, f);
		fclose(f);
	}
	m = kept[i];
	return m.n > 0;
}

static bool has_ram_of(uint64_t least)
{
	uint64_t ram = 0;

	for (unsigned i = 0; i < info.nr_ranges; i++)
		if (info.range[i].kind == BOOT_RAM)
			ram += info.range[i].size;
	return ram >= least;
}

TEST("hosted/parsers", test_multiboot2_reads_what_real_loaders_left)
{
	for (unsigned i = 0; i < ARRAY_LEN(reals); i++) {
		if (!check(t, load_real(i)))
			return;
		guard_reset(false);
		error = "";
		if (!check(t, multiboot2_parse(guard_copy(m.byte, m.n, 8), 0,
					       m.n, &info, &error)))
			test_note(t, "%s: %s", reals[i].path, error);
		check_info(t);
		check(t, !strcmp(info.cmdline,
				 "test=mm/* seed=7 \"quoted word\""));
		check(t, !strncmp(info.loader, "GRUB 2.06", 9));
		check(t, has_ram_of(100 << 20));
		check(t, info.nr_modules == 1 &&
			 !strcmp(info.module[0].name, "acpi"));
		check(t, info.symbols.symtab && info.symbols.strtab);
		check(t, info.screen.kind == reals[i].screen);
		check(t, info.rsdp_size == reals[i].rsdp_size);
	}
}

static void build_list(void)
{
	unsigned which = step % (ARRAY_LEN(reals) + 2);

	if (which == ARRAY_LEN(reals))
		mb2_bios(&m);
	else if (which > ARRAY_LEN(reals))
		mb2_uefi(&m);
	else
		load_real(which);
}

TEST("hosted/parsers", test_multiboot2_reads_nothing_but_its_list)
{
	begin();
	for (step = 0; step < ROUNDS && !t->failed; step++) {
		const void *list;

		build_list();
		mutate(t, &m);
		guard_reset(test_random(t) % 2);
		/* an honest total half of the time, or it hides the rest */
		if (m.n >= 8 && test_random(t) % 2)
			mb2_set_total(&m, m.n);
		list = guard_copy(m.byte, m.n, 8);
		error = NULL;
		check_verdict(t, multiboot2_parse(list, 0x1000, m.n, &info,
						  &error), "multiboot2: ");
	}
	end(t);
}

static const void *pvh_phys(uint64_t pa, uint64_t size)
{
	const void *p = pvh_image_map(&m, pa, size);

	return p ? guard_copy(p, size, 1) : NULL;
}

TEST("hosted/parsers", test_pvh_reads_nothing_but_what_it_asked_for)
{
	begin();
	for (step = 0; step < ROUNDS && !t->failed; step++) {
		pvh_image_build(&m);
		m.n = PVH_END;
		mutate(t, &m);
		if (m.n < 56)
			continue;
		guard_reset(step % 3 == 0);
		error = NULL;
		check_verdict(t, pvh_parse(guard_copy(m.byte, 56, 1), pvh_phys,
					   &info, &error), "pvh: ");
	}
	end(t);
}

static const void *acpi_map(uint64_t pa, uint64_t size)
{
	const void *p = acpi_image_map(pa, size);

	return p ? guard_copy(p, size, 1) : NULL;
}

/* Behind right checksums, mostly: they are the first thing compared. */
static void mend_some(struct test *t)
{
	size_t tables[] = { acpi_image.at_root, acpi_image.at_madt,
		acpi_image.at_fadt, acpi_image.at_dsdt, acpi_image.at_ssdt };

	for (unsigned i = 0; i < ARRAY_LEN(tables); i++)
		if (test_random(t) % 16)
			acpi_image_mend(tables[i]);
	if (test_random(t) % 16)
		acpi_image_mend(0);
}

static void check_acpi(struct test *t)
{
	check(t, acpi.nr_cpus > 0 && acpi.nr_cpus <= NR_CPUS);
	check(t, acpi.nr_ioapics <= ACPI_IOAPICS);
	check(t, acpi.lapic && acpi.lapic % PAGE_SIZE == 0);
	for (unsigned i = 0; i < acpi.nr_cpus; i++)
		for (unsigned j = 0; j < i; j++)
			check(t, acpi.cpu[i].apic_id != acpi.cpu[j].apic_id);
	check(t, acpi.power.s5_type_a <= 7 && acpi.power.s5_type_b <= 7);
	check(t, acpi.power.pm_timer_port <= 0xfffc);
	check(t, acpi.power.reset_space <= ACPI_PCI_CONFIG);
}

static void check_acpi_verdict(struct test *t, bool ok)
{
	sound += ok;
	if (ok)
		check_acpi(t);
	else
		check(t, error && !strncmp(error, "acpi: ", 6) &&
			 acpi.nr_cpus == 0 && !acpi.power.present);
}

TEST("hosted/parsers", test_acpi_reads_nothing_but_what_it_mapped)
{
	static const struct acpi_image_spec specs[] = {
		{ .cpus = 4, .fadt_length = 116 },
		{ .cpus = 2, .x2apics = 2, .fadt_length = 276, .xsdt = true },
		{ .cpus = 1, .fadt_length = 244, .s5_in_ssdt = true },
	};

	begin();
	for (step = 0; step < ROUNDS && !t->failed; step++) {
		acpi_image_build(&specs[step % ARRAY_LEN(specs)]);
		mutate(t, &acpi_image.m);
		mend_some(t);
		acpi_image_hand_over(&info);
		guard_reset(step % 2);
		error = NULL;
		check_acpi_verdict(t, acpi_parse(&info, acpi_map, &acpi,
						 &error));
	}
	end(t);
}
