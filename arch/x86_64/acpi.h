/*
 * arch/x86_64/acpi.h - who is in this machine, as the firmware's tables say.
 *
 * Guarantees  True: cpu[] holds at least one CPU, no APIC id twice; ioapic[],
 *             isa[] and power are filled as far as the tables go, with the
 *             defaults of a PC where they are silent.
 *             False: *error names the table, its address and what is wrong
 *             with it, and *out is all zero but for isa[]; the machine can
 *             run on with one CPU and the PC's defaults.
 *             Every table is read only after its length and its checksum have
 *             been verified, and only through map(); no content of a table
 *             leads to a read outside of what map() gave.
 *             Tables that are broken or stand twice and are not needed are
 *             logged, counted and passed over.
 * Context     Boot, one CPU; and tests.  *error lives until the next parse.
 * Cost        One pass over the tables, a second over the MADT, and a search
 *             of the DSDT's bytes.
 * Limits      AML is not interpreted: \_S5 is found where it is written as a
 *             plain package, as every machine known to us has it.  PCI
 *             interrupt routing needs AML and is not offered.
 * See         docs/01-boot.md, tests/arch/test_acpi.c, tools/mkacpi.py
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"
#include "kernel/config.h"

#define ACPI_IOAPICS	16
#define ACPI_ISA_IRQS	16

struct boot_info;

struct acpi_cpu {
	uint32_t apic_id;
	uint32_t uid;		/* the firmware's own number for it */
	bool enabled;		/* false: may be brought online later */
	uint8_t nmi_pins;	/* bit n: LINTn carries NMI */
	bool nmi_active_low;
};

struct acpi_ioapic {
	uint8_t id;
	uint64_t address;
	uint32_t gsi_base;
};

struct acpi_isa {		/* where an ISA interrupt arrives */
	uint32_t gsi;
	bool active_low;
	bool level;
	bool overridden;	/* by the firmware; else the identity */
};

enum acpi_space { ACPI_MEMORY = 0, ACPI_IO = 1, ACPI_PCI_CONFIG = 2 };

struct acpi_power {
	bool present;		/* a sound FADT was found */
	bool hw_reduced;	/* none of the fixed ports below exist */
	bool has_8042;
	uint16_t pm_timer_port;	/* 0: none */
	uint8_t pm_timer_bits;	/* 24 or 32 */
	uint16_t smi_port;	/* 0: always in ACPI mode */
	uint8_t smi_enable;	/* write to smi_port to enter ACPI mode */
	uint16_t pm1a_control;	/* 0: none */
	uint16_t pm1b_control;
	bool has_s5;
	uint8_t s5_type_a;	/* SLP_TYP of \_S5 for either port */
	uint8_t s5_type_b;
	bool has_reset;
	enum acpi_space reset_space;
	uint64_t reset_address;
	uint8_t reset_value;
};

struct acpi_info {
	bool from_module;	/* not the firmware's own tables */
	uint64_t lapic;		/* 0: unknown */
	bool has_8259;
	unsigned nr_cpus;
	struct acpi_cpu cpu[NR_CPUS];
	unsigned cpus_beyond;	/* more than NR_CPUS: left out */
	unsigned cpus_refused;	/* an APIC id listed twice or impossible */
	unsigned nr_ioapics;
	struct acpi_ioapic ioapic[ACPI_IOAPICS];
	struct acpi_isa isa[ACPI_ISA_IRQS];
	struct acpi_power power;
	unsigned complaints;	/* lines of warning that were logged */
};

/*
 * map: where these physical bytes can be read, or NULL when they are not all
 * readable memory; what it returned stays valid until acpi_parse() returns.
 * A boot module whose name is `acpi`, or that starts with "RSD PTR ", replaces
 * the firmware's tables; its pointers are offsets from its own start.
 */
bool acpi_parse(const struct boot_info *boot,
		const void *(*map)(uint64_t pa, uint64_t size),
		struct acpi_info *out, const char **error) must_check;
