/*
 * kernel/machine.h - what the firmware's tables say, put to use.
 *
 * Guarantees  machine_init() finds the CPUs, brings up the boot CPU's local
 *             APIC, the I/O APICs, the reference counter and the ways to power
 *             off.  A machine with broken tables goes on with one CPU and the
 *             addresses that every PC has, and says so.
 * Context     Boot CPU, once, interrupts off, after mm.
 * See         docs/01-boot.md, arch/x86_64/acpi.h
 */
#pragma once

struct acpi_info;
struct boot_info;

const struct acpi_info *machine_init(const struct boot_info *boot);
