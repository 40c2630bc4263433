/*
 * arch/x86_64/ipi.c - by CPU number, through the local APIC.
 *
 * Invariant   apic_ids[cpu] is set before cpu is started and never changes.
 *             CPU numbers are dense, APIC ids are not.
 * Ordering    [A] the sender's earlier stores -> the handler's loads, on the
 *             receiving CPU.  Delivery of an interrupt is ordered behind the
 *             store that sends it: xAPIC's registers are uncached memory, and
 *             x2APIC's path has its own fence (lapic.c).
 */
#include "arch/x86_64/ipi.h"

#include "arch/cpu.h"
#include "arch/x86_64/lapic.h"

static uint32_t apic_ids[NR_CPUS];

uint32_t cpu_apic_id(unsigned cpu)
{
	return apic_ids[cpu];
}

void cpu_set_apic_id(unsigned cpu, uint32_t apic_id)
{
	apic_ids[cpu] = apic_id;
}

void ipi_send(unsigned cpu, uint8_t vector)
{
	lapic_icr(apic_ids[cpu], ICR_FIXED | vector);
}

void ipi_send_mask(const struct cpumask *mask, uint8_t vector)
{
	unsigned self = cpu_id();

	cpumask_for_each(cpu, mask)
		if (cpu != self)
			ipi_send(cpu, vector);
}

void ipi_nmi(unsigned cpu)
{
	lapic_icr(apic_ids[cpu], ICR_NMI);
}

void ipi_nmi_others(void)
{
	unsigned self = cpu_id();

	cpumask_for_each(cpu, &cpus_online)
		if (cpu != self)
			ipi_nmi(cpu);
}
