/*
 * arch/x86_64/world/preempt.h - the preemption count of this CPU.
 *
 * Invariant   preempt_count = PREEMPT_NOT_DUE (while no reschedule is due)
 *             + the number of preempt_disable() not yet enabled.  So it becomes
 *             zero exactly when the last one is enabled and a reschedule is
 *             due, and enabling tests both with one decrement.
 *             Only its own CPU writes it: another CPU asks by an IPI, whose
 *             handler calls preempt_set_due().  Every switch happens at the
 *             same count, so it belongs to the CPU and is not saved.
 */
#pragma once

#include "arch/percpu.h"
#include "arch/cpu.h"
#include "kernel/assert.h"

#define PREEMPT_NOT_DUE	0x80000000u

PERCPU_DECLARE(uint32_t, preempt_count);

/*
 * The scheduler's.  preempt_schedule() is called when the count has become
 * zero; it switches if interrupts are enabled.  preempt_schedule_irq() is
 * called at the exit of an interrupt that came in at count zero; interrupts
 * are masked, and masked again when it returns.
 */
void preempt_schedule(void);
void preempt_schedule_irq(void);

static always_inline void preempt_disable(void)
{
	this_cpu_add(preempt_count, 1);
	compiler_barrier();
}

static always_inline bool preempt_enable_is_due(void)
{
	bool zero;

	compiler_barrier();
	__asm__ volatile("decl %%gs:%1"
			 : "=@ccz"(zero), "+m"(preempt_count) :: "memory");
	return unlikely(zero);
}

static always_inline void preempt_enable(void)
{
	if (preempt_enable_is_due())
		preempt_schedule();
}

/* Interrupts are masked.  Next preempt_enable() or interrupt exit switches. */
static always_inline void preempt_set_due(void)
{
	this_cpu_write(preempt_count,
		       this_cpu_read(preempt_count) & ~PREEMPT_NOT_DUE);
}

static always_inline void preempt_clear_due(void)
{
	this_cpu_write(preempt_count,
		       this_cpu_read(preempt_count) | PREEMPT_NOT_DUE);
}

static always_inline bool preempt_is_due(void)
{
	return !(this_cpu_read(preempt_count) & PREEMPT_NOT_DUE);
}

static always_inline uint32_t preempt_depth(void)
{
	return this_cpu_read(preempt_count) & ~PREEMPT_NOT_DUE;
}

static always_inline bool preemptible(void)
{
	return !preempt_depth() && irqs_enabled() && !in_irq() && !in_nmi();
}

static always_inline void might_sleep(void)
{
	assert(preemptible());
}
