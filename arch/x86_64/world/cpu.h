/*
 * arch/x86_64/world/cpu.h - the CPU seam on the bare machine.
 *
 * Invariant   irq_depth and nmi_depth count the handlers that are running on
 *             this CPU; the entry path raises and lowers them.
 */
#pragma once

#include "arch/percpu.h"

#define RFLAGS_IF	(1UL << 9)

PERCPU_DECLARE(uint32_t, cpu_number);
PERCPU_DECLARE(uint32_t, irq_depth);
PERCPU_DECLARE(uint32_t, nmi_depth);

static always_inline unsigned cpu_id(void)
{
	return this_cpu_read(cpu_number);
}

static always_inline void cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

void cpu_delay(unsigned n);

static always_inline uint64_t irq_save(void)
{
	uint64_t was;

	__asm__ volatile("pushfq; popq %0; cli" : "=r"(was) :: "memory");
	return was;
}

static always_inline bool irqs_enabled(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags) :: "memory");
	return flags & RFLAGS_IF;
}

static always_inline void irq_enable(void)
{
	__asm__ volatile("sti" ::: "memory");
}

static always_inline void irq_disable(void)
{
	__asm__ volatile("cli" ::: "memory");
}

/* Masked: lets none in before it halts, and is masked again behind one. */
static always_inline void irq_wait(void)
{
	__asm__ volatile("sti; hlt; cli" ::: "memory");
}

static always_inline void irq_restore(uint64_t was)
{
	if (was & RFLAGS_IF)
		irq_enable();
}

static always_inline bool in_irq(void)
{
	return this_cpu_read(irq_depth) != 0;
}

static always_inline bool in_nmi(void)
{
	return this_cpu_read(nmi_depth) != 0;
}
