/*
 * arch/x86_64/ipi.h - interrupting other CPUs.
 *
 * Guarantees  ipi_send(cpu, vector) makes cpu run the vector's handler once or
 *             more often; requests that meet before delivery may merge.  What
 *             the sender wrote before is visible to the handler.
 *             ipi_nmi() gets through even where interrupts are masked.
 * Context     Any but an NMI's handler, unless it never returns (a panic).  The
 *             target is possible and was started.
 * Cost        Two device writes a target.
 * See         arch/x86_64/irq.h for the vectors
 */
#pragma once

#include <stdint.h>

#include "arch/cpumask.h"

void ipi_send(unsigned cpu, uint8_t vector);

/* To each CPU of the mask but this one. */
void ipi_send_mask(const struct cpumask *mask, uint8_t vector);

void ipi_nmi(unsigned cpu);

/* To every started CPU but this one. */
void ipi_nmi_others(void);

/* The APIC id of a CPU that smp.c numbered; lapic_id() of the CPU itself. */
uint32_t cpu_apic_id(unsigned cpu);
void cpu_set_apic_id(unsigned cpu, uint32_t apic_id);
