/*
 * tests/worlds/threads/world/percpu.h - per-CPU access where a thread is a CPU.
 *
 * Invariant   A per-CPU variable is an array of rows indexed by cpu_id(); a row
 *             is a cache line or more, and its first element the variable.  An
 *             array, because two anonymous structs, one in PERCPU_DECLARE and
 *             one in PERCPU, would be two types.
 */
#pragma once

#define PERCPU_ROW_(type)	((CACHE_LINE + sizeof(type) - 1) / sizeof(type))
#define PERCPU(type, name) \
	__typeof__(type) name[NR_CPUS][PERCPU_ROW_(type)] \
		aligned_to(CACHE_LINE)
#define PERCPU_DECLARE(type, name)	extern PERCPU(type, name)

/* this thread's CPU number; world.c hands them out */
extern __thread unsigned world_cpu;

static inline unsigned cpu_id(void)
{
	return world_cpu;
}

#define this_cpu_read(name)	((name)[cpu_id()][0])
#define this_cpu_write(name, x)	((void)((name)[cpu_id()][0] = (x)))
#define this_cpu_add(name, x)	((void)((name)[cpu_id()][0] += (x)))
#define per_cpu_ptr(ptr, cpu)	(&(*(ptr))[cpu][0])
#define this_cpu_ptr(ptr)	per_cpu_ptr(ptr, cpu_id())
