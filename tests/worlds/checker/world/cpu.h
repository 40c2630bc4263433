/*
 * tests/worlds/checker/world/cpu.h - the CPU seam in the checker.
 *
 * Invariant   Bodies in tests/checker/seams.c.  A thread that calls cpu_relax()
 *             goes on when something that it read since the last one has
 *             changed.  A delay changes nothing but time, so it is nothing;
 *             but see check_polls().
 */
#pragma once

#include <stdbool.h>

#include "world/percpu.h"

void cpu_relax(void);
void cpu_delay(unsigned n);
uint64_t irq_save(void);
void irq_restore(uint64_t was);
bool irqs_enabled(void);
bool in_irq(void);

static inline void irq_disable(void)
{
	(void)irq_save();
}

/* The program's own, if it has a CPU that idles. */
void irq_wait(void);

static inline bool in_nmi(void)
{
	return false;
}
