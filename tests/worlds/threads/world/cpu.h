/*
 * tests/worlds/threads/world/cpu.h - the CPU seam where a thread is a CPU.
 *
 * Invariant   cpu_id() is this thread's number, given to it by the program
 *             (tests/worlds/threads/world.c); there are no interrupts.
 */
#pragma once

#include <stdbool.h>

#include "world/percpu.h"
#include "world/relax.h"

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
