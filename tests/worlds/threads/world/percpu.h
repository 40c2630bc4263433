/*
 * tests/worlds/threads/world/percpu.h - per-CPU access where a thread is a CPU.
 *
 * Invariant   A per-CPU variable is an array indexed by cpu_id(); the array
 *             element is a struct of one cache line or more.
 */
#pragma once

#define PERCPU(type, name) \
	struct { __typeof__(type) v; } aligned_to(CACHE_LINE) name[NR_CPUS]
#define PERCPU_DECLARE(type, name)	extern PERCPU(type, name)

/* this thread's CPU number; world.c hands them out */
extern __thread unsigned world_cpu;

static inline unsigned cpu_id(void)
{
	return world_cpu;
}

#define this_cpu_read(name)	((name)[cpu_id()].v)
#define this_cpu_write(name, x)	((void)((name)[cpu_id()].v = (x)))
#define this_cpu_add(name, x)	((void)((name)[cpu_id()].v += (x)))
#define per_cpu_ptr(ptr, cpu)	(&(*(ptr))[cpu].v)
#define this_cpu_ptr(ptr)	per_cpu_ptr(ptr, cpu_id())
