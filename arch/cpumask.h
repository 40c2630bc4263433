/*
 * arch/cpumask.h - sets of CPUs.
 *
 * Guarantees  Bits are set, cleared and read one by one atomically; a set is
 *             not a snapshot while others change it.  Iteration is by rising
 *             CPU number.
 * Context     Any.
 * Cost        NR_CPUS / 8 bytes; a bit change is one locked instruction.
 * See         arch/cpu.h for the three system-wide masks
 */
#pragma once

#include "arch/atomic.h"
#include "kernel/config.h"

#define CPUMASK_WORDS	((NR_CPUS + 63) / 64)

struct cpumask {
	struct atomic64 word[CPUMASK_WORDS];
};

void cpumask_set(struct cpumask *m, unsigned cpu);	/* release */
void cpumask_clear(struct cpumask *m, unsigned cpu);	/* release */
bool cpumask_test(const struct cpumask *m, unsigned cpu);	/* acquire */
void cpumask_copy(struct cpumask *to, const struct cpumask *from);
void cpumask_zero(struct cpumask *m);
void cpumask_fill(struct cpumask *m);	/* every CPU below NR_CPUS */
void cpumask_and(struct cpumask *m, const struct cpumask *with);
bool cpumask_empty(const struct cpumask *m);
unsigned cpumask_count(const struct cpumask *m);

/* The lowest CPU of the set that is >= from, or NR_CPUS. */
unsigned cpumask_next(const struct cpumask *m, unsigned from);

#define cpumask_for_each(cpu, m) \
	for (unsigned cpu = cpumask_next(m, 0); cpu < NR_CPUS; \
	     cpu = cpumask_next(m, cpu + 1))
