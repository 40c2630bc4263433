/*
 * kernel/shell/demo_crew.c - one thread a CPU, let go together.
 *
 * The starter shares its CPU with a member that may spin for the others as soon
 * as it runs, so it wakes all of them before it can be preempted.
 *
 * They begin when all have come: else one would have done its work while a host
 * that is short of processors has not begun to run another.
 *
 * Ordering    [A] the start's store of go -> each member's load: what the demo
 *             has set up.
 *             [B] the last member's store of begun -> the others' load: the
 *             time that ends it.
 */
#include "kernel/shell/demo_crew.h"

#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/shell/shell.h"
#include "sched/thread.h"
#include "sync/park.h"
#include "sync/preempt.h"

#define MS	1000000ULL

struct demo_tally demo_tally[DEMO_CREW_MAX];

static struct thread *threads[DEMO_CREW_MAX];
static unsigned crew, length_ms;
static uint64_t ends;		/* when demo_on() becomes false */
static void (*work)(unsigned member);
static struct atomic32 go, here, begun;

static void run_member(void *arg)
{
	while (!load_acquire(&go))		/* [A] */
		park(PARK_FOREVER);
	/* relaxed: the last to come is the one that counts crew */
	if (fetch_add_relaxed(&here, 1) + 1 == crew) {
		ends = clock_ns() + length_ms * MS;
		store_release(&begun, 1);	/* [B] */
	}
	while (!load_acquire(&begun))		/* [B] */
		cpu_relax();
	work((unsigned)(uintptr_t)arg);
}

static struct thread *start_member(unsigned member, unsigned cpu)
{
	struct cpumask only = { 0 };
	struct thread_spec spec = {
		.name = "demo", .fn = run_member,
		.arg = (void *)(uintptr_t)member,
		.prio = PRIO_DEFAULT, .affinity = &only,
	};

	cpumask_set(&only, cpu);
	return thread_create(&spec);
}

unsigned demo_crew_size(void)
{
	unsigned online = cpumask_count(&cpus_online);

	if (online < 2)
		return 2;
	return online < DEMO_CREW_MAX ? online : DEMO_CREW_MAX;
}

static void let_go(void)
{
	preempt_disable();
	store_release(&go, 1);			/* [A] */
	for (unsigned i = 0; i < crew; i++)
		unpark(threads[i]);
	preempt_enable();
}

static void do_nothing(unsigned member)
{
	(void)member;
}

unsigned demo_crew_start(void (*fn)(unsigned member), unsigned ms)
{
	unsigned n = demo_crew_size(), cpu = cpumask_next(&cpus_online, 0);

	work = fn;
	length_ms = ms;
	store_relaxed(&go, 0);	/* relaxed: before the threads exist */
	store_relaxed(&here, 0);	/* relaxed: as above */
	store_relaxed(&begun, 0);	/* relaxed: as above */
	for (crew = 0; crew < n; crew++) {
		demo_tally[crew] = (struct demo_tally){ 0 };
		threads[crew] = start_member(crew, cpu);
		if (!threads[crew])
			break;
		cpu = cpumask_next(&cpus_online, cpu + 1);
		if (cpu >= NR_CPUS)
			cpu = cpumask_next(&cpus_online, 0);
	}
	if (crew < n)	/* they would wait for each other for ever */
		work = do_nothing;
	let_go();
	if (crew == n)
		return n;
	console_printf("demo: no memory for %u threads\n", n);
	demo_crew_join();
	return 0;
}

void demo_crew_join(void)
{
	for (unsigned i = 0; i < crew; i++)
		thread_join(threads[i]);
}

unsigned demo_crew(void (*fn)(unsigned member), unsigned ms)
{
	unsigned n = demo_crew_start(fn, ms);

	if (n)
		demo_crew_join();
	return n;
}

bool demo_on(void)
{
	return clock_ns() < ends && !shell_stopped();
}

struct demo_sum demo_sum(void)
{
	struct demo_sum sum = { .least = UINT64_MAX };

	for (unsigned i = 0; i < crew; i++) {
		const struct demo_tally *t = &demo_tally[i];

		sum.all.done += t->done;
		sum.all.other += t->other;
		sum.all.wrong += t->wrong;
		if (t->most > sum.all.most)
			sum.all.most = t->most;
		if (t->done < sum.least)
			sum.least = t->done;
		if (t->done > sum.greatest)
			sum.greatest = t->done;
	}
	return sum;
}
