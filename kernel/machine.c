/*
 * kernel/machine.c - from ACPI's tables to working controllers.
 */
#include "kernel/machine.h"

#include "arch/x86_64/acpi.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/paging.h"
#include "arch/x86_64/power.h"
#include "arch/x86_64/reference.h"
#include "boot/boot_info.h"
#include "kernel/config.h"
#include "kernel/panic.h"
#include "kernel/printk.h"
#include "mm/space.h"
#include "mm/vmap.h"

#define PC_LAPIC	0xfee00000UL
#define PC_IOAPIC	0xfec00000UL

static struct acpi_info acpi;

static const void *map_table(uint64_t pa, uint64_t size)
{
	if (pa + size < pa || pa + size > DIRECT_MAP_END - DIRECT_MAP
	    || !paging_map_direct(pa, size, &frame_tables))
		return NULL;
	return phys_to_virt(pa);
}

static void *map_device(uint64_t pa)
{
	void *registers = mmio_map(pa, PAGE_SIZE);

	if (!registers)
		panic("no memory to map the device at %#lx", pa);
	return registers;
}

/* What a PC has had since 1995. */
static void assume_pc(void)
{
	acpi.nr_ioapics = 1;
	acpi.ioapic[0].address = PC_IOAPIC;
	acpi.isa[0].gsi = 2;		/* the PIT */
	acpi.isa[0].overridden = true;
	acpi.power.has_8042 = true;
}

static void apics_init(void)
{
	pic_disable();
	lapic_init(map_device(acpi.lapic ? acpi.lapic : PC_LAPIC));
	lapic_init_boot_cpu();
	cpu_set_apic_id(0, lapic_id());
	for (unsigned i = 0; i < acpi.nr_ioapics; i++)
		ioapic_add(map_device(acpi.ioapic[i].address),
			   acpi.ioapic[i].gsi_base);
	for (unsigned i = 0; i < ACPI_ISA_IRQS; i++)
		if (acpi.isa[i].overridden)
			ioapic_override(i, acpi.isa[i].gsi,
				(acpi.isa[i].active_low ? IOAPIC_ACTIVE_LOW : 0)
				| (acpi.isa[i].level ? IOAPIC_LEVEL : 0));
}

static void ways_to_power_off(const struct acpi_power *p)
{
	struct power_ports ports = {
		.smi_port = p->smi_port,
		.smi_enable = p->smi_enable,
	};

	if (p->has_s5 && !p->hw_reduced) {
		ports.pm1a_control = p->pm1a_control;
		ports.pm1b_control = p->pm1b_control;
		ports.sleep_a = p->s5_type_a;
		ports.sleep_b = p->s5_type_b;
	}
	if (p->has_reset && p->reset_space == ACPI_IO) {
		ports.reset_port = p->reset_address;
		ports.reset_value = p->reset_value;
	}
	power_init(&ports);
}

const struct acpi_info *machine_init(const struct boot_info *boot)
{
	const char *error;

	if (!acpi_parse(boot, map_table, &acpi, &error)) {
		pr_error("%s; going on with one CPU", error);
		assume_pc();
	}
	apics_init();
	if (!reference_init(acpi.power.pm_timer_port))
		panic("neither an ACPI timer nor a PIT counts: no clock");
	ways_to_power_off(&acpi.power);
	pr_info("acpi: %u CPUs, %u I/O APICs; %s; reference clock %u Hz",
		acpi.nr_cpus, acpi.nr_ioapics, lapic_io()->name,
		reference_hz());
	return &acpi;
}
