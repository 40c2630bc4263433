/*
 * tests/worlds/mesi/world.c - CPUs as coroutines, each with a clock.
 *
 * Invariant   Whoever runs has the least clock of those that are not done, and
 *             of equal ones the lowest number, at the moment of each access.
 */
#include "tests/worlds/mesi/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "arch/cpu.h"
#include "kernel/assert.h"

#define STACK	(64 * 1024)

/* cycles; their order matters to who comes first, their values little */
static const unsigned cycles[MESI_COSTS] = {
	[MESI_HIT] = 1, [MESI_MEMORY] = 200,
	[MESI_TRANSFER] = 100, [MESI_UPGRADE] = 60,
};
#define RELAX	40

__thread unsigned world_cpu;
struct cpumask cpus_possible, cpus_present, cpus_online;
uint64_t world_count[MESI_COSTS];

static struct cpu {
	ucontext_t context;
	uint64_t clock;
	bool done;
	char stack[STACK] aligned_to(CACHE_LINE);
} cpus[MESI_CPUS];

static unsigned cpu_count;	/* 0: outside a run, nothing is counted */
static void (*work)(unsigned cpu);
static ucontext_t outside;

/* The CPU that is next, or MESI_CPUS: all are done. */
static unsigned next_cpu(void)
{
	unsigned best = MESI_CPUS;

	for (unsigned i = 0; i < cpu_count; i++)
		if (!cpus[i].done && (best == MESI_CPUS
				      || cpus[i].clock < cpus[best].clock))
			best = i;
	return best;
}

static void take_turn(void)
{
	unsigned me = world_cpu, next = next_cpu();

	if (next == me)
		return;
	world_cpu = next;
	swapcontext(&cpus[me].context, &cpus[next].context);
}

static void access_line(const void *p, bool write)
{
	uint64_t *free_at;
	enum mesi_cost cost;
	struct cpu *me;

	if (!cpu_count)
		return;
	take_turn();
	me = &cpus[world_cpu];
	cost = mesi_access(world_cpu, (uintptr_t)p, write);
	world_count[cost]++;
	free_at = mesi_free_at((uintptr_t)p);
	if (cost != MESI_HIT) {
		if (me->clock < *free_at)
			me->clock = *free_at;
		*free_at = me->clock + cycles[cost];
	}
	me->clock += cycles[cost];
}

void world_reads(const void *p)
{
	access_line(p, false);
}

void world_writes(const void *p)
{
	access_line(p, true);
}

void cpu_relax(void)
{
	cpus[world_cpu].clock += RELAX;
}

void cpu_delay(unsigned n)
{
	cpus[world_cpu].clock += n;
}

uint64_t world_time(void)
{
	return cpus[world_cpu].clock;
}

static void run_cpu(void)
{
	unsigned next;

	work(world_cpu);
	cpus[world_cpu].done = true;
	next = next_cpu();
	if (next == MESI_CPUS)
		setcontext(&outside);
	world_cpu = next;
	setcontext(&cpus[next].context);
}

void world_run(unsigned n, void (*fn)(unsigned cpu))
{
	assert(n && n <= MESI_CPUS);
	work = fn;
	memset(world_count, 0, sizeof(world_count));
	for (unsigned i = 0; i < n; i++) {
		struct cpu *c = &cpus[i];

		cpumask_set(&cpus_possible, i);
		cpumask_set(&cpus_online, i);
		getcontext(&c->context);
		c->context.uc_stack.ss_sp = c->stack;
		c->context.uc_stack.ss_size = STACK;
		c->clock = 0;
		c->done = false;
		makecontext(&c->context, run_cpu, 0);
	}
	world_cpu = 0;
	cpu_count = n;
	swapcontext(&outside, &cpus[0].context);
	cpu_count = 0;
}

void assert_failed(const char *cond, const char *file, int line,
		   const char *func)
{
	fprintf(stderr, "%s:%d: %s: assert(%s) failed on cpu %u\n",
		file, line, func, cond, world_cpu);
	abort();
}
