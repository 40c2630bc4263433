/*
 * arch/x86_64/cpu.h - making a CPU ours.
 *
 * Guarantees  After cpu_area_init(cpu, area) the CPU's per-CPU variables exist
 *             (area: as smp_add() wants it; the boot CPU passes percpu_start)
 *             and cpu is possible.
 *             After cpu_features_init() this CPU has write protection, NX and
 *             whatever of SMEP, SMAP and UMIP it offers.
 * Context     Boot CPU, before cpu runs; the CPU itself, interrupts off.
 * See         arch/percpu.h, arch/x86_64/smp.h
 */
#pragma once

#include "arch/percpu.h"
#include "arch/x86_64/layout.h"

void cpu_area_init(unsigned cpu, void *area);
void cpu_features_init(void);
