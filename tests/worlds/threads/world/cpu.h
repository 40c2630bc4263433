/*
 * tests/worlds/threads/world/cpu.h - the CPU seam where a thread is a CPU.
 *
 * Invariant   cpu_id() is this thread's number, given to it by the program
 *             (tests/worlds/threads/world.c); there are no interrupts.
 */
#pragma once

#include "world/percpu.h"

static inline void cpu_relax(void)
{
	__builtin_ia32_pause();
}

static inline void cpu_delay(unsigned n)
{
	while (n--)
		__builtin_ia32_pause();
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

static inline bool irqs_enabled(void)
{
	return true;
}

static inline bool in_irq(void)
{
	return false;
}

static inline bool in_nmi(void)
{
	return false;
}
