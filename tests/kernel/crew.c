/*
 * tests/kernel/crew.c - one thread bound to each CPU.
 *
 * The members are let go together, with preemption disabled: one of them shares
 * our CPU, and may spin for the others as soon as it runs.
 *
 * Ordering    [A] crew_run's store of go -> each member's load.
 */
#include "tests/crew.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "sched/thread.h"
#include "sync/park.h"
#include "sync/preempt.h"

struct member {
	struct thread *thread;
	void (*fn)(unsigned member);
	unsigned number;
};

/*
 * More CPUs than this that spin for each other are more than any emulator's
 * host can run at a time: each hand-over would wait for the host's scheduler.
 */
#define CREW	4

static struct member members[CREW];
static struct atomic32 go;

unsigned crew_size(void)
{
	unsigned online = cpumask_count(&cpus_online);

	return online < CREW ? online : CREW;
}

/* Long enough for another processor to come, short for an emulator. */
void crew_yield(void)
{
	cpu_delay(300);
}

bool crew_is_watched(void)
{
	return false;
}

static void member_run(void *arg)
{
	struct member *m = arg;

	while (!load_acquire(&go))		/* [A] */
		park(PARK_FOREVER);
	m->fn(m->number);
}

void crew_run(unsigned n, void (*fn)(unsigned member))
{
	unsigned started = 0;

	/* relaxed: thread_create orders it before the members */
	store_relaxed(&go, 0);
	cpumask_for_each(cpu, &cpus_online) {
		struct member *m = &members[started];
		struct cpumask only = { 0 };
		struct thread_spec spec = {
			.name = "crew", .fn = member_run, .arg = m,
			.prio = PRIO_DEFAULT, .affinity = &only,
		};

		if (started == n)
			break;
		cpumask_set(&only, cpu);
		m->fn = fn;
		m->number = started++;
		m->thread = thread_create(&spec);
		assert(m->thread);
	}
	preempt_disable();
	store_release(&go, 1);			/* [A] */
	for (unsigned i = 0; i < started; i++)
		unpark(members[i].thread);
	preempt_enable();
	for (unsigned i = 0; i < started; i++)
		thread_join(members[i].thread);
}
