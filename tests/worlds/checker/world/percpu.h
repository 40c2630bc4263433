/*
 * tests/worlds/checker/world/percpu.h - per-CPU access in the checker: an
 * array, as where a thread is a CPU.
 *
 * Invariant   A thread stays on its CPU.  A handler is on the CPU of the thread
 *             that it interrupts.
 */
#pragma once

#define PERCPU_ROW_(type)	((CACHE_LINE + sizeof(type) - 1) / sizeof(type))
#define PERCPU(type, name) \
	__typeof__(type) name[NR_CPUS][PERCPU_ROW_(type)] \
		aligned_to(CACHE_LINE)
#define PERCPU_DECLARE(type, name)	extern PERCPU(type, name)

unsigned cpu_id(void);

/*
 * One instruction each, so no handler comes in between: what a thread and a
 * handler on its CPU do to such a word is no race.
 */
#define this_cpu_read(name) \
	__atomic_load_n(&(name)[cpu_id()][0], __ATOMIC_RELAXED)
#define this_cpu_write(name, x) \
	__atomic_store_n(&(name)[cpu_id()][0], x, __ATOMIC_RELAXED)
#define this_cpu_add(name, x) \
	((void)__atomic_fetch_add(&(name)[cpu_id()][0], x, __ATOMIC_RELAXED))
#define per_cpu_ptr(ptr, cpu)	(&(*(ptr))[cpu][0])
#define this_cpu_ptr(ptr)	per_cpu_ptr(ptr, cpu_id())
