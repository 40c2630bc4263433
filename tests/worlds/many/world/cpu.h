/*
 * tests/worlds/many/world/cpu.h - the CPU seam where threads outnumber CPUs.
 *
 * Invariant   cpu_id() is this thread's number among those that exist, so that
 *             no two share a row of a per-CPU variable, wherever the host
 *             switches between them.  Whoever spins gives its processor away:
 *             the thread that it waits for may need just that one.
 *             A timer's handler runs on a thread of its own, the interrupt:
 *             there in_irq() is true.  It interrupts nobody, so masking it
 *             does nothing.
 */
#pragma once

#include <sched.h>

#include "world/percpu.h"

extern __thread bool world_in_irq;

static inline void cpu_relax(void)
{
	sched_yield();
}

static inline bool in_irq(void)
{
	return world_in_irq;
}

static inline bool irqs_enabled(void)
{
	return !world_in_irq;
}

/* The rest is as where a thread is a CPU. */
static inline bool in_nmi(void)
{
	return false;
}

static inline uint64_t irq_save(void)
{
	compiler_barrier();
	return 1;
}

static inline void irq_restore(uint64_t was)
{
	(void)was;
	compiler_barrier();
}

static inline void cpu_delay(unsigned n)
{
	while (n--)
		__builtin_ia32_pause();
}
