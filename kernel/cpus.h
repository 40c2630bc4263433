/*
 * kernel/cpus.h - every processor up and scheduling.
 *
 * Guarantees  cpus_prepare() gives each processor of the tables a number, a
 *             per-CPU area and a stack, and sends INIT; cpus_start() starts
 *             them and reports "N of M CPUs online", the missing ones by APIC
 *             id.  Out of memory for one is reported, and it is left asleep.
 * Context     Boot CPU, once.  At least 10 ms between the two.
 * See         arch/x86_64/smp.h
 */
#pragma once

struct acpi_info;
struct cmdline;

void cpus_prepare(const struct acpi_info *acpi, const struct cmdline *cmdline);
void cpus_start(void);
