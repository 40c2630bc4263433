/*
 * tests/worlds/threads/world.c - bodies of the seams where a thread is a CPU.
 */
#include "world.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "kernel/mem.h"

__thread unsigned world_cpu;
bool world_yields;

/* the program's first thread is CPU 0 */
struct cpumask cpus_possible = { { ATOMIC64(1) } };
struct cpumask cpus_present = { { ATOMIC64(1) } };
struct cpumask cpus_online = { { ATOMIC64(1) } };

struct start {
	pthread_t thread;
	unsigned cpu;
	void (*fn)(void *);
	void *arg;
};

static void *start_cpu(void *arg)
{
	struct start *s = arg;

	world_cpu = s->cpu;
	s->fn(s->arg);
	return NULL;
}

void world_run(unsigned n, void (*fn)(void *), void *arg)
{
	struct start starts[NR_CPUS];

	assert(n <= NR_CPUS);
	world_yields = n > 1;
	for (unsigned i = 0; i < n; i++) {
		starts[i] = (struct start){ .cpu = i, .fn = fn, .arg = arg };
		cpumask_set(&cpus_possible, i);
		cpumask_set(&cpus_present, i);
		cpumask_set(&cpus_online, i);
	}
	for (unsigned i = 0; i < n; i++)
		if (pthread_create(&starts[i].thread, NULL, start_cpu,
				   &starts[i]))
			abort();
	for (unsigned i = 0; i < n; i++)
		pthread_join(starts[i].thread, NULL);
	world_yields = false;
}

void assert_failed(const char *cond, const char *file, int line,
		   const char *func)
{
	fprintf(stderr, "%s:%d: %s: assert(%s) failed on cpu %u\n",
		file, line, func, cond, world_cpu);
	abort();
}

void *mem_alloc(size_t size)
{
	size_t align = size && size % CACHE_LINE == 0 ? CACHE_LINE : 16;
	void *p = aligned_alloc(align, (size + align - 1) / align * align);

	if (p)
		__builtin_memset(p, 0, size);
	return p;
}

void mem_free(void *object)
{
	free(object);
}
