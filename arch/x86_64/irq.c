/*
 * arch/x86_64/irq.c - counting, dispatching and ending interrupts.
 *
 * Invariant   handlers[] is written at boot and only read afterwards.
 *             irq_depth is 0 whenever a thread runs: a switch at interrupt exit
 *             happens after it was lowered.
 */
#include "arch/x86_64/irq.h"

#include "arch/cpu.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/lapic.h"
#include "arch/x86_64/trap.h"
#include "kernel/assert.h"
#include "world/preempt.h"

static struct {
	const char *name;
	void (*handler)(void);
} handlers[NR_VECTORS];

static PERCPU(uint64_t[NR_VECTORS], counts);

void irq_register(uint8_t vector, const char *name, void (*handler)(void))
{
	assert(vector >= NR_TRAPS && !handlers[vector].handler);
	handlers[vector].name = name;
	handlers[vector].handler = handler;
}

void irq_route_isa(unsigned isa_irq, uint8_t vector)
{
	ioapic_route_isa(isa_irq, vector);
}

uint64_t irq_count(unsigned vector, unsigned cpu)
{
	return (*per_cpu_ptr(&counts, cpu))[vector];
}

const char *irq_name(unsigned vector)
{
	return handlers[vector].name;
}

void irq_dispatch(struct trap_frame *frame)
{
	unsigned vector = frame->vector;
	bool was_idle = idle_interrupted();

	this_cpu_add(irq_depth, 1);
	(*this_cpu_ptr(&counts))[vector]++;
	if (handlers[vector].handler)
		handlers[vector].handler();
	if (vector != IRQ_SPURIOUS)
		lapic_eoi();
	this_cpu_add(irq_depth, -1);
	if (was_idle)
		idle_resumed();
	if (this_cpu_read(preempt_count) == 0 && !in_irq()
	    && (frame->rflags & RFLAGS_IF))
		preempt_schedule_irq();
}
