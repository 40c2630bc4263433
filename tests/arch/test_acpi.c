/*
 * tests/arch/test_acpi.c - sound tables are read, broken ones named.
 *
 * That no byte outside what map() gave is read is shown by the hosted suite
 * tests/hosted/test_parser_mutations.c; whole machines with broken tables are
 * booted by the suites under tests/host, from what tools/mkacpi.py makes.
 */
#include "arch/x86_64/acpi.h"

#include "boot/boot_info.h"
#include "kernel/string.h"
#include "kernel/test.h"
#include "tests/arch/acpi_image.h"

static const struct acpi_image_spec old_pc = {
	.cpus = 4, .fadt_length = 116,
};
static const struct acpi_image_spec new_pc = {
	.cpus = 4, .fadt_length = 276, .xsdt = true,
};

static struct boot_info boot;
static struct acpi_info info;
static const char *error;

static bool parse(void)
{
	error = "";
	acpi_image_hand_over(&boot);
	return acpi_parse(&boot, acpi_image_map, &info, &error);
}

static bool fails(const char *like)
{
	return !parse() && string_glob(like, error);
}

static bool all_clear(void)
{
	for (unsigned i = 0; i < ACPI_ISA_IRQS; i++) {
		if (info.isa[i].gsi != i)
			return false;
		info.isa[i].gsi = 0;
	}
	for (unsigned i = 0; i < sizeof(info); i++)
		if (((uint8_t *)&info)[i])
			return false;
	return true;
}

TEST("arch/acpi", test_acpi_reads_an_rsdt_and_a_short_fadt)
{
	acpi_image_build(&old_pc);
	if (!check(t, parse()))
		test_note(t, "%s", error);
	check(t, info.complaints == 0 && !info.from_module);
	check(t, info.nr_cpus == 4 && info.lapic == 0xfee00000 &&
		 info.has_8259);
	for (unsigned i = 0; i < 4; i++)
		check(t, info.cpu[i].apic_id == i && info.cpu[i].uid == i &&
			 info.cpu[i].enabled);
	check(t, info.nr_ioapics == 1 &&
		 info.ioapic[0].address == 0xfec00000 &&
		 info.ioapic[0].gsi_base == 0);
	check(t, info.power.present && info.power.has_8042);
	check(t, info.power.pm1a_control == 0x604 &&
		 info.power.pm1b_control == 0 &&
		 info.power.pm_timer_port == 0x608);
	check(t, info.power.smi_port == 0xb2 && info.power.smi_enable == 0xf1);
	check(t, info.power.has_s5 && info.power.s5_type_a == 5 &&
		 info.power.s5_type_b == 6);
	check(t, !info.power.has_reset);
}

TEST("arch/acpi", test_acpi_reads_an_xsdt_and_a_long_fadt)
{
	acpi_image_build(&new_pc);
	if (!check(t, parse()))
		test_note(t, "%s", error);
	check(t, info.complaints == 0 && info.nr_cpus == 4);
	check(t, info.power.pm1a_control == 0x1604 &&
		 info.power.pm_timer_port == 0x1608 &&
		 info.power.pm_timer_bits == 32);
	check(t, info.power.has_reset && info.power.reset_space == ACPI_IO &&
		 info.power.reset_address == 0xcf9 &&
		 info.power.reset_value == 0x0f);
	check(t, info.power.has_s5 && info.power.has_8042 &&
		 !info.power.hw_reduced);
}

TEST("arch/acpi", test_acpi_new_rsdp_without_an_xsdt_uses_the_rsdt)
{
	acpi_image_build(&old_pc);
	acpi_image_patch(0, 20, 36, 4);
	acpi_image_patch(0, 15, 2, 1);
	check(t, parse() && info.nr_cpus == 4);
	/* and so does one of which the loader kept only 20 bytes */
	acpi_image_build(&old_pc);
	acpi_image_patch(0, 15, 2, 1);
	acpi_image_hand_over(&boot);
	boot.rsdp_size = 20;
	memset(boot.rsdp + 20, 0x77, 16);
	check(t, acpi_parse(&boot, acpi_image_map, &info, &error) &&
		 info.nr_cpus == 4);
}

TEST("arch/acpi", test_acpi_wires_isa_interrupts_as_overridden)
{
	acpi_image_build(&old_pc);
	check(t, parse());
	check(t, info.isa[0].gsi == 2 && info.isa[0].overridden &&
		 !info.isa[0].level && !info.isa[0].active_low);
	check(t, info.isa[9].gsi == 9 && info.isa[9].level &&
		 !info.isa[9].active_low);
	check(t, info.isa[4].gsi == 4 && !info.isa[4].overridden);
	acpi_image_madt_add((uint8_t[]){ 2, 10, 0, 10, 20, 0, 0, 0, 0x0f, 0 },
			    10);
	acpi_image_madt_add((uint8_t[]){ 2, 10, 0, 11, 21, 0, 0, 0, 0x05, 0 },
			    10);
	check(t, parse() && info.isa[10].gsi == 20 && info.isa[10].level &&
		 info.isa[10].active_low);
	check(t, info.isa[11].gsi == 21 && !info.isa[11].level &&
		 !info.isa[11].active_low);
	check(t, info.complaints == 0);
	acpi_image_madt_add((uint8_t[]){ 2, 10, 0, 10, 21, 0, 0, 0, 0, 0 },
			    10);
	acpi_image_madt_add((uint8_t[]){ 2, 10, 1, 3, 22, 0, 0, 0, 0, 0 }, 10);
	acpi_image_madt_add((uint8_t[]){ 2, 10, 0, 16, 23, 0, 0, 0, 0, 0 },
			    10);
	check(t, parse() && info.complaints == 3);
	check(t, info.isa[10].gsi == 20 && info.isa[3].gsi == 3);
}

TEST("arch/acpi", test_acpi_gives_nmi_pins_to_the_cpus_they_name)
{
	acpi_image_build(&old_pc);
	check(t, parse());
	for (unsigned i = 0; i < 4; i++)
		check(t, info.cpu[i].nmi_pins == 2 &&
			 !info.cpu[i].nmi_active_low);
	acpi_image_madt_add((uint8_t[]){ 4, 6, 3, 3, 0, 0 }, 6);
	acpi_image_madt_add((uint8_t[]){ 10, 12, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0 },
			    12);
	acpi_image_madt_add((uint8_t[]){ 4, 6, 0, 0, 0, 2 }, 6);
	check(t, parse() && info.complaints == 1);
	check(t, info.cpu[3].nmi_pins == 3 && info.cpu[3].nmi_active_low);
	check(t, info.cpu[2].nmi_pins == 3 && info.cpu[1].nmi_pins == 2);
}

TEST("arch/acpi", test_acpi_lists_x2apics_and_who_may_come_later)
{
	struct acpi_image_spec spec = old_pc;

	spec.x2apics = 2;
	acpi_image_build(&spec);
	acpi_image_madt_add((uint8_t[]){ 0, 8, 7, 7, 2, 0, 0, 0 }, 8);
	acpi_image_madt_add((uint8_t[]){ 0, 8, 8, 8, 0, 0, 0, 0 }, 8);
	acpi_image_madt_add((uint8_t[]){ 0, 8, 9, 1, 0, 0, 0, 0 }, 8);
	check(t, parse() && info.nr_cpus == 7 && info.complaints == 0);
	check(t, info.cpu[4].apic_id == 0x100 && info.cpu[4].uid == 0x100 &&
		 info.cpu[5].apic_id == 0x101 && info.cpu[4].enabled);
	check(t, info.cpu[6].apic_id == 7 && !info.cpu[6].enabled);
}

TEST("arch/acpi", test_acpi_refuses_a_second_cpu_of_the_same_id)
{
	acpi_image_build(&old_pc);
	acpi_image_madt_add((uint8_t[]){ 0, 8, 9, 2, 1, 0, 0, 0 }, 8);
	acpi_image_madt_add((uint8_t[]){ 9, 16, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0,
					 9, 0, 0, 0 }, 16);
	check(t, parse() && info.nr_cpus == 4 && info.cpus_refused == 2 &&
		 info.complaints == 2);
	check(t, info.cpu[2].uid == 2);
}

TEST("arch/acpi", test_acpi_refuses_the_ids_that_mean_everybody)
{
	acpi_image_build(&old_pc);
	acpi_image_madt_add((uint8_t[]){ 0, 8, 9, 0xff, 1, 0, 0, 0 }, 8);
	acpi_image_madt_add((uint8_t[]){ 9, 16, 0, 0, 0xff, 0xff, 0xff, 0xff,
					 1, 0, 0, 0, 9, 0, 0, 0 }, 16);
	check(t, parse() && info.nr_cpus == 4 && info.cpus_refused == 2);
}

TEST("arch/acpi", test_acpi_counts_cpus_beyond_what_we_can_run)
{
	struct acpi_image_spec spec = { .x2apics = 200, .cpus = 200 };

	acpi_image_build(&spec);
	check(t, parse() && info.nr_cpus == NR_CPUS);
	check(t, info.cpus_beyond == 400 - NR_CPUS);
}

TEST("arch/acpi", test_acpi_takes_the_wide_lapic_address)
{
	static const uint8_t wide[] = { 5, 12, 0, 0, 0, 0x10, 0, 0, 1, 0, 0,
		0 };

	acpi_image_build(&old_pc);
	acpi_image_madt_add(wide, sizeof(wide));
	check(t, parse() && info.lapic == 0x100001000);
	acpi_image_patch(acpi_image.at_madt, 36, 0xfee00010, 4);
	check(t, parse() && info.lapic == 0x100001000);
	acpi_image_build(&old_pc);
	acpi_image_patch(acpi_image.at_madt, 36, 0xfee00010, 4);
	check(t, fails("acpi: MADT at 0x*, offset 36: the local APIC's "
		       "address is no page's"));
	acpi_image_patch(acpi_image.at_madt, 36, 0, 4);
	check(t, fails("*is no page's"));
}

TEST("arch/acpi", test_acpi_refuses_io_apics_it_cannot_tell_apart)
{
	acpi_image_build(&old_pc);
	for (unsigned i = 1; i < ACPI_IOAPICS; i++)
		acpi_image_madt_add((uint8_t[]){ 1, 12, i, 0, 0, i, 0xc0, 0xfe,
						 i * 8, 0, 0, 0 }, 12);
	check(t, parse() && info.nr_ioapics == ACPI_IOAPICS &&
		 info.complaints == 0);
	acpi_image_madt_add((uint8_t[]){ 1, 12, 16, 0, 0, 16, 0xc0, 0xfe,
					 200, 0, 0, 0 }, 12);
	check(t, parse() && info.nr_ioapics == ACPI_IOAPICS &&
		 info.complaints == 1);
	acpi_image_build(&old_pc);
	acpi_image_madt_add((uint8_t[]){ 1, 12, 1, 0, 0, 0, 0xc0, 0xfe,
					 24, 0, 0, 0 }, 12);
	acpi_image_madt_add((uint8_t[]){ 1, 12, 1, 0, 0, 1, 0xc0, 0xfe,
					 0, 0, 0, 0 }, 12);
	acpi_image_madt_add((uint8_t[]){ 1, 12, 1, 0, 0, 0, 0, 0,
					 24, 0, 0, 0 }, 12);
	check(t, parse() && info.nr_ioapics == 1 && info.complaints == 3);
}

TEST("arch/acpi", test_acpi_verifies_the_bytes_of_every_table)
{
	size_t tables[5];

	acpi_image_build(&new_pc);
	tables[0] = acpi_image.at_root;
	tables[1] = acpi_image.at_madt;
	tables[2] = acpi_image.at_fadt;
	tables[3] = acpi_image.at_dsdt;
	tables[4] = acpi_image.at_ssdt;
	for (unsigned i = 0; i < ARRAY_LEN(tables); i++) {
		size_t n = acpi_image.m.byte[tables[i] + 4] +
			   256 * acpi_image.m.byte[tables[i] + 5];

		for (unsigned step = 0; step < 8; step++) {
			uint8_t *p = acpi_image.m.byte + tables[i] +
				     test_random(t) % n;

			*p ^= 0x10;
			check(t, !parse() || info.complaints > 0);
			*p ^= 0x10;
		}
	}
	for (size_t j = 0; j < 36; j++) {
		acpi_image.m.byte[j] ^= 0x10;
		check(t, fails("acpi: RSDP: *"));
		acpi_image.m.byte[j] ^= 0x10;
	}
	check(t, parse() && info.complaints == 0);
	acpi_image_build(&old_pc);
	for (size_t j = 0; j < 20; j++) {
		acpi_image.m.byte[j] ^= 0x10;
		check(t, fails("acpi: RSDP: *"));
		acpi_image.m.byte[j] ^= 0x10;
	}
}

TEST("arch/acpi", test_acpi_names_a_broken_root)
{
	acpi_image_build(&new_pc);
	acpi_image_patch(0, 20, 37, 4);
	check(t, fails("acpi: RSDP: its length is not 36"));
	acpi_image_build(&old_pc);
	acpi_image_hand_over(&boot);
	boot.rsdp_size = 0;
	check(t, !acpi_parse(&boot, acpi_image_map, &info, &error));
	check(t, strcmp(error, "acpi: RSDP: there is none") == 0);
	acpi_image_patch(0, 16, 0xfffffff0, 4);
	check(t, fails("acpi: RSDT at 0xfffffff0: the pointer leads outside "
		       "of memory"));
	acpi_image_patch(0, 16, ACPI_IMAGE_PA + acpi_image.at_dsdt, 4);
	check(t, fails("acpi: RSDT at 0x*: it has not its signature"));
	acpi_image_build(&new_pc);
	acpi_image_patch(acpi_image.at_root, 4, 36 + 9, 4);
	check(t, fails("acpi: XSDT at 0x*: it is no whole number of "
		       "pointers"));
	acpi_image_patch(acpi_image.at_root, 4, 35, 4);
	check(t, fails("*the length is less than a header's"));
	acpi_image_build(&new_pc);
	image_patch(&acpi_image.m, acpi_image.at_root + 4, 0xffffffff, 4);
	check(t, fails("*the length is more than 16 MB"));
	image_patch(&acpi_image.m, acpi_image.at_root + 4, 0x100000, 4);
	check(t, fails("*the table runs past the end of memory"));
}

TEST("arch/acpi", test_acpi_refuses_a_broken_madt_as_a_whole)
{
	struct acpi_image_spec spec = { .cpus = 2, .no_madt = true };

	acpi_image_build(&spec);
	check(t, fails("acpi: there is no MADT"));
	check(t, all_clear());
	acpi_image_build(&old_pc);
	acpi_image.m.byte[acpi_image.at_madt + 50]++;
	check(t, fails("acpi: MADT at 0x*, offset 0: the checksum is wrong"));
	check(t, all_clear());
	acpi_image_build(&old_pc);
	acpi_image_patch(acpi_image.at_madt, 4, 43, 4);
	check(t, fails("*it is shorter than its own header"));
	spec.no_madt = false;
	spec.cpus = 0;
	acpi_image_build(&spec);
	check(t, fails("*it lists no usable CPU"));
	check(t, all_clear());
}

TEST("arch/acpi", test_acpi_names_the_offset_of_a_broken_entry)
{
	acpi_image_build(&old_pc);
	acpi_image_patch(acpi_image.at_madt, 51, 0, 1);
	check(t, fails("acpi: MADT at 0x*, offset 50: an entry shorter than "
		       "its own header"));
	acpi_image_patch(acpi_image.at_madt, 51, 255, 1);
	check(t, fails("*offset 50: an entry runs past the end of the table"));
	acpi_image_patch(acpi_image.at_madt, 51, 7, 1);
	check(t, fails("*offset 50: an entry is too short for its type"));
	acpi_image_build(&old_pc);
	acpi_image_patch(acpi_image.at_madt, 4, 51, 4);
	check(t, fails("*offset 50: half an entry"));
	acpi_image_build(&old_pc);
	acpi_image_madt_add((uint8_t[]){ 200, 3, 0 }, 3);
	acpi_image_madt_add((uint8_t[]){ 11, 2 }, 2);
	acpi_image_madt_add((uint8_t[]){ 3, 2 }, 2);
	check(t, parse() && info.nr_cpus == 4);
	acpi_image_madt_add((uint8_t[]){ 200, 1 }, 2);
	check(t, fails("*an entry shorter than its own header"));
}

TEST("arch/acpi", test_acpi_refuses_short_entries_of_each_type)
{
	static const uint8_t kinds[][2] = { { 0, 8 }, { 1, 12 }, { 2, 10 },
		{ 4, 6 }, { 5, 12 }, { 9, 16 }, { 10, 12 } };

	for (unsigned i = 0; i < ARRAY_LEN(kinds); i++) {
		uint8_t entry[16] = { kinds[i][0], kinds[i][1] - 1 };

		acpi_image_build(&old_pc);
		acpi_image_madt_add(entry, entry[1]);
		check(t, fails("*an entry is too short for its type"));
	}
}

TEST("arch/acpi", test_acpi_runs_on_without_a_fadt_or_a_dsdt)
{
	struct acpi_image_spec spec = { .cpus = 2 };

	acpi_image_build(&spec);
	check(t, parse() && info.nr_cpus == 2 && info.complaints == 1);
	check(t, !info.power.present && !info.power.has_s5);
	acpi_image_build(&old_pc);
	acpi_image.m.byte[acpi_image.at_fadt + 60]++;
	check(t, parse() && info.complaints == 2 && !info.power.present);
	acpi_image_build(&old_pc);
	acpi_image_patch(acpi_image.at_fadt, 40, 0x1000, 4);
	check(t, parse() && info.complaints == 1 && !info.power.has_s5);
	check(t, info.power.pm1a_control == 0x604);
	acpi_image_build(&old_pc);
	acpi_image_patch(acpi_image.at_fadt, 40,
			 ACPI_IMAGE_PA + acpi_image.at_ssdt, 4);
	check(t, parse() && info.complaints == 1 && !info.power.has_s5);
}

TEST("arch/acpi", test_acpi_passes_over_a_second_table)
{
	size_t root;

	acpi_image_build(&old_pc);
	root = acpi_image.at_root;
	acpi_image_patch(root, 36, ACPI_IMAGE_PA + acpi_image.at_madt, 4);
	check(t, parse() && info.complaints == 1 && info.nr_cpus == 4);
	acpi_image_patch(root, 36, ACPI_IMAGE_PA + acpi_image.at_fadt, 4);
	check(t, parse() && info.complaints == 1 && info.power.present);
	acpi_image_patch(root, 36, 0, 4);
	check(t, parse() && info.complaints == 1 && info.nr_cpus == 4);
}

TEST("arch/acpi", test_acpi_reads_only_what_a_fadt_is_long_enough_for)
{
	struct acpi_image_spec spec = old_pc;

	for (unsigned n = 36; n <= 276; n++) {
		spec.fadt_length = n;
		acpi_image_build(&spec);
		check(t, parse() && info.power.present);
		check(t, (info.power.pm1a_control != 0) == (n >= 68));
		check(t, (info.power.pm1a_control == 0x1604) == (n >= 184));
		check(t, (info.power.pm_timer_port == 0x1608) == (n >= 220));
		check(t, info.power.has_reset == (n >= 128));
		check(t, info.power.has_s5 == (n >= 44));
	}
}

TEST("arch/acpi", test_acpi_old_fadt_cannot_deny_an_8042)
{
	acpi_image_build(&old_pc);
	acpi_image_patch(acpi_image.at_fadt, 109, 0, 2);
	check(t, parse() && info.power.has_8042);
	acpi_image_build(&new_pc);
	acpi_image_patch(acpi_image.at_fadt, 109, 0, 2);
	check(t, parse() && !info.power.has_8042);
}

TEST("arch/acpi", test_acpi_prefers_the_wide_dsdt_pointer)
{
	acpi_image_build(&new_pc);
	acpi_image_patch(acpi_image.at_fadt, 40, 0x1000, 4);
	check(t, parse() && info.power.has_s5 && info.complaints == 0);
}

TEST("arch/acpi", test_acpi_reports_no_port_that_cannot_be_one)
{
	size_t fadt;

	acpi_image_build(&new_pc);
	fadt = acpi_image.at_fadt;
	acpi_image_patch(fadt, 172 + 4, 0x10000, 8);
	acpi_image_patch(fadt, 208 + 4, 0xfffd, 8);
	acpi_image_patch(fadt, 116 + 4, 0x10000, 8);
	check(t, parse() && info.power.pm1a_control == 0 &&
		 info.power.pm_timer_port == 0 && !info.power.has_reset);
	acpi_image_patch(fadt, 172 + 4, 0xfffe, 8);
	acpi_image_patch(fadt, 208 + 4, 0xfffc, 8);
	check(t, parse() && info.power.pm1a_control == 0xfffe &&
		 info.power.pm_timer_port == 0xfffc);
	/* in memory space: the old field stands */
	acpi_image_patch(fadt, 172, 0, 1);
	check(t, parse() && info.power.pm1a_control == 0x604);
}

TEST("arch/acpi", test_acpi_believes_a_reset_register_only_if_flagged)
{
	size_t fadt;

	acpi_image_build(&new_pc);
	fadt = acpi_image.at_fadt;
	acpi_image_patch(fadt, 116 + 4, 0xfed00000, 8);
	acpi_image_patch(fadt, 116, 0, 1);
	check(t, parse() && info.power.has_reset &&
		 info.power.reset_space == ACPI_MEMORY &&
		 info.power.reset_address == 0xfed00000);
	acpi_image_patch(fadt, 116, 3, 1);
	check(t, parse() && !info.power.has_reset);
	acpi_image_patch(fadt, 116, 0, 1);
	acpi_image_patch(fadt, 117, 16, 1);
	check(t, parse() && !info.power.has_reset);
	acpi_image_patch(fadt, 117, 8, 1);
	acpi_image_patch(fadt, 112, 0, 4);
	check(t, parse() && !info.power.has_reset &&
		 info.power.pm_timer_bits == 24);
}

TEST("arch/acpi", test_acpi_hw_reduced_machines_have_no_fixed_ports)
{
	acpi_image_build(&new_pc);
	acpi_image_patch(acpi_image.at_fadt, 112, 1 << 20 | 1 << 10, 4);
	acpi_image_patch(acpi_image.at_fadt, 109, 0, 2);
	check(t, parse() && info.power.hw_reduced && info.power.has_reset);
	check(t, !info.power.has_8042 && !info.power.pm_timer_port &&
		 !info.power.pm1a_control && !info.power.smi_port);
}

TEST("arch/acpi", test_acpi_finds_s5_in_an_ssdt)
{
	struct acpi_image_spec spec = old_pc;

	spec.s5_in_ssdt = true;
	acpi_image_build(&spec);
	check(t, parse() && info.power.has_s5 && info.power.s5_type_a == 5);
}

/* The DSDT's own bytes, each form in turn, cut at every length. */
static bool s5_of(const char *aml, size_t n, int a, int b)
{
	size_t at;

	acpi_image_build(&old_pc);
	at = acpi_image.at_dsdt;
	acpi_image_patch(at, 4, 36 + n, 4);
	memcpy(acpi_image.m.byte + at + 36, aml, n);
	acpi_image_mend(at);
	/* what lies behind it in memory must not count, so break that */
	memset(acpi_image.m.byte + at + 36 + n, 0xee, 8);
	acpi_image_hand_over(&boot);
	if (!acpi_parse(&boot, acpi_image_map, &info, &error))
		return false;
	if (a < 0)
		return !info.power.has_s5;
	return info.power.has_s5 && info.power.s5_type_a == a &&
	       info.power.s5_type_b == b;
}

TEST("arch/acpi", test_acpi_decodes_every_form_of_s5)
{
	check(t, s5_of("\x08_S5_\x12\x04\x02\x00\x01", 10, 0, 1));
	check(t, s5_of("\x08\\_S5_\x12\x05\x02\x0a\x07\x01", 12, 7, 1));
	check(t, s5_of("\x08_S5_\x12\x45\x00\x02\x0a\x07\x01", 12, 7, 1));
	check(t, s5_of("\x08_S5_\x12\x07\x04\x0b\x05\x00\x01\x00\x00", 13, 5,
		       1));
	check(t, s5_of("\x08_S5_\x12\x09\x01\x0c\x05\x00\x00\x00", 13, 5, 0));
	check(t, s5_of("\x08_S5_\x12\x0a\x02\x0c\x05\x00\x00\x00\x01", 14,
		       5, 1));
}

TEST("arch/acpi", test_acpi_takes_nothing_else_for_s5)
{
	static const char whole[] = "\x08_S5_\x12\x05\x02\x0a\x05\x0a\x05";

	for (size_t n = 0; n < sizeof(whole) - 1; n++)
		check(t, s5_of(whole, n, -1, 0));
	check(t, s5_of("\x14_S5_\x12\x04\x02\x00\x01", 10, -1, 0));
	check(t, s5_of("\x08_S5_\x13\x04\x02\x00\x01", 10, -1, 0));
	check(t, s5_of("\x08_S5_\x12\x05\x02\x0a\x08\x01", 11, -1, 0));
	check(t, s5_of("\x08_S5_\x12\x04\x00\x00\x01", 10, -1, 0));
	check(t, s5_of("\x08_S4_\x12\x04\x02\x00\x01", 10, -1, 0));
	check(t, s5_of("\x08_S5_\x12\x05\x02\xff\x05\x01", 11, -1, 0));
	check(t, s5_of("\x08_S5_\x12\x06\x02\x0b\x05\x01\x01", 12, -1, 0));
}

static void relocate_to_offsets(void)
{
	struct image *m = &acpi_image.m;
	size_t root = acpi_image.at_root;

	image_patch(m, 16, root, 4);
	acpi_image_mend(0);
	image_patch(m, root + 36, acpi_image.at_ssdt, 4);
	image_patch(m, root + 40, acpi_image.at_fadt, 4);
	image_patch(m, root + 44, acpi_image.at_madt, 4);
	acpi_image_mend(root);
	acpi_image_patch(acpi_image.at_fadt, 40, acpi_image.at_dsdt, 4);
}

static bool parse_module(const char *name, uint64_t size)
{
	memset(&boot, 0, sizeof(boot));
	boot.nr_modules = 2;
	string_copy(boot.module[0].name, "other", 64);
	boot.module[0].base = ACPI_IMAGE_PA + 16;
	boot.module[0].size = 100;
	string_copy(boot.module[1].name, name, 64);
	boot.module[1].base = ACPI_IMAGE_PA;
	boot.module[1].size = size;
	error = "";
	return acpi_parse(&boot, acpi_image_map, &info, &error);
}

TEST("arch/acpi", test_acpi_module_replaces_the_firmware)
{
	acpi_image_build(&old_pc);
	relocate_to_offsets();
	check(t, parse_module("acpi", acpi_image.m.n) && info.from_module);
	check(t, info.nr_cpus == 4 && info.power.has_s5 &&
		 info.complaints == 0);
	check(t, parse_module("", acpi_image.m.n) && info.from_module);
	/* by its name it counts even when it is nonsense */
	acpi_image.m.byte[0] = 'x';
	check(t, !parse_module("acpi", acpi_image.m.n));
	check(t, strcmp(error, "acpi: RSDP: it has not its signature") == 0);
	check(t, !parse_module("acpi", 19));
	check(t, strcmp(error, "acpi: RSDP: there is none") == 0);
	check(t, !parse_module("acpi", 0));
}

TEST("arch/acpi", test_acpi_module_must_hold_its_own_signature)
{
	acpi_image_build(&old_pc);
	acpi_image_hand_over(&boot);
	boot.nr_modules = 1;
	boot.module[0].base = ACPI_IMAGE_PA;
	boot.module[0].size = 7;
	check(t, acpi_parse(&boot, acpi_image_map, &info, &error) &&
		 !info.from_module && info.nr_cpus == 4);
}

/* The bytes are there, but not the module's. */
TEST("arch/acpi", test_acpi_module_cannot_point_outside_itself)
{
	acpi_image_build(&old_pc);
	relocate_to_offsets();
	check(t, !parse_module("acpi", acpi_image.at_madt + 43));
	check(t, string_glob("acpi: MADT *past the end of memory", error));
	check(t, !parse_module("acpi", acpi_image.at_root + 35));
	check(t, string_glob("acpi: RSDT *outside of memory", error));
}
