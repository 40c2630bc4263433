/*
 * tests/bench-host/world/relax.h - in a program that measures: as in the kernel.
 */
#pragma once

static inline void cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

void cpu_delay(unsigned n);
