/*
 * tests/sched/test_idle.c - a CPU with nothing to do does nothing.
 */
#include "arch/cpu.h"
#include "arch/x86_64/irq.h"
#include "kernel/test.h"
#include "sched/schedule.h"
#include "sync/rcu.h"
#include "tests/sched/crew.h"

#define MS	1000000ULL

static struct crew crew;

static uint64_t interrupts(unsigned cpu)
{
	return irq_count(IRQ_TIMER, cpu) + irq_count(IRQ_RESCHEDULE, cpu);
}

TEST("sched/idle", test_an_idle_cpu_takes_no_ticks)
{
	uint64_t before[NR_CPUS];

	stay_on(nth_cpu(0));
	thread_sleep(clock_ns() + 30 * MS);	/* the last ticks are taken */
	cpumask_for_each(cpu, &cpus_online)
		before[cpu] = interrupts(cpu);
	thread_sleep(clock_ns() + 200 * MS);	/* 40 ticks' worth */
	cpumask_for_each(cpu, &cpus_online) {
		uint64_t came = interrupts(cpu) - before[cpu];

		/* our own CPU: the one that wakes us, early by its range once */
		check(t, came <= (cpu == cpu_id() ? 2 : 0));
	}
	stay_anywhere();
}

TEST("sched/idle", test_idle_cpus_show_their_bit)
{
	bool all = false;

	stay_on(nth_cpu(0));
	for (unsigned look = 0; look < 1000 && !all; look++) {
		all = true;
		cpumask_for_each(cpu, &cpus_online)
			all &= cpumask_test(&cpus_idle, cpu) ==
			       (cpu != cpu_id());
		if (!all)
			thread_sleep(clock_ns() + MS);
	}
	check(t, all);
	stay_anywhere();
}

TEST("sched/idle", test_idle_cpus_are_not_waited_for_by_rcu)
{
	bool all = false;

	stay_on(nth_cpu(0));
	for (unsigned look = 0; look < 1000 && !all; look++) {
		all = true;
		cpumask_for_each(cpu, &cpus_online)
			all &= rcu_tree_is_idle(&rcu_tree, cpu) ==
			       (cpu != cpu_id());
		if (!all)
			thread_sleep(clock_ns() + MS);
	}
	check(t, all);
	stay_anywhere();
}

/*
 * Each wake-up must end a halt: the sleeper's CPU is idle until it comes, and
 * nothing else would wake it.
 */
static struct atomic32 bell;

static void answer_bell(struct member *m)
{
	for (uint32_t i = 1; i <= 500; i++) {
		while (load_acquire(&bell) != i)	/* ended by the ringer */
			park(PARK_FOREVER);
		crew_step(m);
	}
}

static void ring_bell(struct member *m)
{
	struct member *other = &m->crew->member[0];

	for (uint32_t i = 1; i <= 500; i++) {
		/* a little later or earlier than the other's way into its halt */
		cpu_delay(m->seed % 700);
		m->seed = m->seed * 6364136223846793005 + 1442695040888963407;
		store_release(&bell, i);
		unpark(other->thread);
		/* ended by the other; relaxed: it hands nothing over */
		while (load_relaxed(&other->steps) != i)
			thread_yield();
	}
}

static void ring_or_answer(struct member *m)
{
	if (m->index)
		ring_bell(m);
	else
		answer_bell(m);
}

TEST("sched/idle", test_no_wake_up_is_lost_on_the_way_into_the_halt)
{
	unsigned cpus[] = { nth_cpu(1), nth_cpu(0) };

	store_relaxed(&bell, 0);	/* relaxed: before they start */
	if (crew_start(t, &crew, 2, ring_or_answer, cpus))
		crew_wait(t, &crew);
}
