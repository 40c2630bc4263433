/*
 * tests/sched/test_call_function.c - once on each CPU of the mask.
 */
#include "sched/call_function.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "kernel/test.h"
#include "mm/slab.h"
#include "sched/timer.h"
#include "sync/preempt.h"
#include "tests/sched/crew.h"

static PERCPU(uint64_t, calls);
static struct atomic32 wrong, total;
static struct crew crew;

static void count_call(void *arg)
{
	if (irqs_enabled() || arg != &total)
		store_relaxed(&wrong, 1);	/* relaxed: read later */
	(*this_cpu_ptr(&calls))++;
	fetch_add_relaxed(&total, 1);	/* relaxed: a count */
}

static void start_over(void)
{
	store_relaxed(&wrong, 0);	/* relaxed: nobody is being called */
	store_relaxed(&total, 0);	/* relaxed: as above */
	cpumask_for_each(cpu, &cpus_online)
		*per_cpu_ptr(&calls, cpu) = 0;
}

TEST("sched/call_function", test_it_runs_once_on_each_cpu_of_the_mask)
{
	for (unsigned i = 0; i < 20; i++) {
		struct cpumask mask;

		cpumask_zero(&mask);
		cpumask_for_each(cpu, &cpus_online)
			if (i == 0 || test_random(t) % 2)
				cpumask_set(&mask, cpu);
		start_over();
		check(t, !call_function(&mask, count_call, &total, true));
		cpumask_for_each(cpu, &cpus_online)
			check(t, *per_cpu_ptr(&calls, cpu) ==
			      cpumask_test(&mask, cpu));
		check(t, !load_relaxed(&wrong));	/* relaxed: ended */
	}
}

TEST("sched/call_function", test_cpus_that_are_not_online_are_left_out)
{
	struct cpumask mask;

	cpumask_fill(&mask);
	start_over();
	check(t, !call_function(&mask, count_call, &total, true));
	/* relaxed: all have ended */
	check(t, load_relaxed(&total) == cpumask_count(&cpus_online));
}

TEST("sched/call_function", test_without_wait_it_runs_soon)
{
	unsigned n = cpumask_count(&cpus_online);

	start_over();
	for (unsigned i = 0; i < 20; i++)
		check(t, !call_function(&cpus_online, count_call, &total,
					false));
	wait_for(t, &total, 20 * n);
	cpumask_for_each(cpu, &cpus_online)
		check(t, *per_cpu_ptr(&calls, cpu) == 20);
}

/* Objects that anybody has from the heap. */
static uint64_t live_objects(void)
{
	struct cache_stats s;
	uint64_t n = 0;

	for (unsigned i = 0; cache_statistics(i, &s); i++)
		n += s.live;
	return n;
}

TEST("sched/call_function", test_what_a_call_takes_is_given_back)
{
	unsigned n = cpumask_count(&cpus_online);
	uint64_t before;

	start_over();
	before = live_objects();
	for (unsigned i = 1; i <= 200; i++) {
		check(t, !call_function(&cpus_online, count_call, &total,
					false));
		wait_for(t, &total, i * n);
	}
	/* others come and go, but not a hundred of them */
	check(t, live_objects() < before + 100);
}

static void call_everybody(struct member *m)
{
	for (unsigned i = 0; i < 25; i++) {
		if (call_function(&cpus_online, count_call, &total, i % 8))
			store_relaxed(&wrong, 1);	/* relaxed: read later */
		crew_step(m);
	}
}

TEST("sched/call_function", test_many_initiators_do_not_block_each_other)
{
	unsigned n = cpumask_count(&cpus_online);
	unsigned cpus[CREW_MAX];

	start_over();
	for (unsigned i = 0; i < 8; i++)
		cpus[i] = nth_cpu(i);
	if (!crew_start(t, &crew, 8, call_everybody, cpus) ||
	    !crew_wait(t, &crew))
		return;
	wait_for(t, &total, 200 * n);
	cpumask_for_each(cpu, &cpus_online)
		check(t, *per_cpu_ptr(&calls, cpu) == 200);
	check(t, !load_relaxed(&wrong));	/* relaxed: they have ended */
}

static void call_from_interrupt(struct timer *timer)
{
	(void)timer;
	if (call_function(&cpus_online, count_call, &total, false))
		store_relaxed(&wrong, 1);	/* relaxed: read later */
}

TEST("sched/call_function", test_an_interrupt_may_call_without_wait)
{
	static struct timer timer;

	start_over();
	timer_init(&timer, call_from_interrupt);
	timer_start(&timer, clock_ns());
	wait_for(t, &total, cpumask_count(&cpus_online));
	check(t, !load_relaxed(&wrong));	/* relaxed: it has ended */
	timer_stop_wait(&timer);
}

static void write_word(void *arg)
{
	uint64_t *words = arg;

	words[cpu_id()] = cpu_id() + 1;
}

TEST("sched/call_function", test_the_caller_sees_what_they_wrote)
{
	static uint64_t words[NR_CPUS];

	for (unsigned i = 0; i < 30; i++) {
		cpumask_for_each(cpu, &cpus_online)
			words[cpu] = 0;
		check(t, !call_function(&cpus_online, write_word, words, true));
		cpumask_for_each(cpu, &cpus_online)
			check(t, words[cpu] == cpu + 1);
	}
}
