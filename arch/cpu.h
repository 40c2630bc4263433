/*
 * arch/cpu.h - the CPU seam: who runs, how to wait, what may interrupt.
 *
 * Guarantees  cpu_id() is 0 .. NR_CPUS-1, dense, and never an APIC id; it is
 *             stable while the caller cannot migrate.
 *             cpu_relax() stands in every spin iteration; cpu_delay(n) backs
 *             off for about n of them (nothing in the checker and the gate).
 *             was = irq_save() masks interrupts and returns the old state for
 *             irq_restore(was); pairs nest.
 *             in_irq() is true in an interrupt handler, in_nmi() in an NMI.
 *             Masks: possible (has a per-CPU area), present (its processor
 *             answered or may), online (schedules threads).  possible and
 *             present are fixed once the CPUs are started; a CPU joins online
 *             itself.
 * Context     Any.
 * Cost        One instruction each, but cpu_delay.
 * See         arch/x86_64/world/cpu.h, docs/style.md "Worlds"
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/cpumask.h"

extern struct cpumask cpus_possible;
extern struct cpumask cpus_present;
extern struct cpumask cpus_online;

/*
 * The body defines cpu_id, cpu_relax, cpu_delay, irq_save, irq_restore,
 * irqs_enabled, in_irq and in_nmi.  Where there is a scheduler it also has
 * irq_enable, irq_disable and irq_wait, as arch/x86_64/world/cpu.h.
 */
#include "world/cpu.h"
