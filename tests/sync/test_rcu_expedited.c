/*
 * tests/sync/test_rcu_expedited.c - CPUs that are asked, and that are not.
 *
 * Ordering    [A] inside, spinning: who is bound to a CPU has got there.
 *             [B] leave: what it waits for.
 *             [C] over: synchronize_rcu() has returned.
 */
#include "sync/rcu_expedited.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "kernel/test.h"
#include "sched/thread.h"
#include "sync/rcu.h"
#include "sync/rcu_state.h"
#include "tests/sync/gang.h"

static struct atomic32 inside, leave, over, gone;

static void begin(void)
{
	/* relaxed, all of them: nobody is there yet */
	store_relaxed(&inside, 0);
	store_relaxed(&leave, 0);
	store_relaxed(&over, 0);
	store_relaxed(&gone, 0);
}

static bool is_set(void *word)
{
	return load_acquire((struct atomic32 *)word);
}

static void spawn_on(unsigned cpu, void (*fn)(void *))
{
	struct cpumask only = { 0 };
	struct thread *thread;

	cpumask_set(&only, cpu);
	thread = thread_spawn(fn, NULL, &only);
	assert(thread);
	thread_put(thread);
}

/* A reader, until it is told to leave. */
static void read_long(void *unused)
{
	(void)unused;
	rcu_read_lock();
	store_release(&inside, 1);			/* [A] */
	while (!load_acquire(&leave))			/* [B] */
		cpu_relax();
	rcu_read_unlock();
	store_release(&gone, 1);
}

/* Nobody waits for this CPU, and it never gives it up: but it may be asked. */
static void spin(void *unused)
{
	(void)unused;
	store_release(&inside, 1);			/* [A] */
	while (!load_acquire(&leave))			/* [B] */
		cpu_relax();
	store_release(&gone, 1);
}

static void synchronize(void *unused)
{
	(void)unused;
	synchronize_rcu();
	store_release(&over, 1);			/* [C] */
}

static bool can_spin(struct test *t)
{
	if (cpumask_count(&cpus_online) > 1)
		return true;
	test_skip(t, "who spins needs a CPU of its own");
	return false;
}

/* Here, and another CPU than cpu. */
static unsigned other_cpu(unsigned cpu)
{
	unsigned next = cpumask_next(&cpus_online, cpu + 1);

	return next < NR_CPUS ? next : cpumask_next(&cpus_online, 0);
}

static void test_stays_on(unsigned cpu)
{
	static struct cpumask only;

	cpumask_zero(&only);
	cpumask_set(&only, cpu);
	(void)!thread_set_affinity(thread_self(), &only);
	while (cpu_id() != cpu)		/* ended by the scheduler */
		thread_yield();
}

static void test_goes_anywhere(void)
{
	static struct cpumask all;

	cpumask_fill(&all);
	(void)!thread_set_affinity(thread_self(), &all);
}

static void waits_for_cpu(struct test *t, unsigned cpu)
{
	begin();
	test_stays_on(other_cpu(cpu));
	spawn_on(cpu, read_long);
	check(t, wait_until_holds(is_set, &inside, PATIENT));	/* [A] */
	spawn_on(other_cpu(cpu), synchronize);
	for (unsigned i = 0; i < 5; i++)
		sleep_until(clock_ns() + MS);
	check(t, !load_acquire(&over));				/* [C] */
	store_release(&leave, 1);				/* [B] */
	check(t, wait_until_holds(is_set, &over, PATIENT));
	check(t, wait_until_holds(is_set, &gone, PATIENT));
	test_goes_anywhere();
}

TEST("sync/rcu_expedited", test_rcu_waits_for_a_reader_on_every_cpu)
{
	if (can_spin(t))
		cpumask_for_each(cpu, &cpus_online)
			waits_for_cpu(t, cpu);
}

TEST("sync/rcu_expedited", test_rcu_asks_a_cpu_that_never_switches)
{
	struct rcu_look before, after;
	unsigned cpu = cpumask_next(&cpus_online, 1);

	if (!can_spin(t))
		return;
	begin();
	test_stays_on(other_cpu(cpu));
	spawn_on(cpu, spin);
	check(t, wait_until_holds(is_set, &inside, PATIENT));	/* [A] */
	rcu_look(&before);
	synchronize_rcu();
	synchronize_rcu_expedited();
	rcu_look(&after);
	check(t, !load_acquire(&gone));
	check(t, after.asked > before.asked);
	store_release(&leave, 1);				/* [B] */
	check(t, wait_until_holds(is_set, &gone, PATIENT));
	test_goes_anywhere();
}

/* The others idle: 20 grace periods in a hurry, and hardly an interrupt. */
TEST("sync/rcu_expedited", test_rcu_leaves_idle_cpus_alone)
{
	struct rcu_look before, after;
	unsigned others = cpumask_count(&cpus_online) - 1;

	sleep_until(clock_ns() + 20 * MS);
	rcu_look(&before);
	for (unsigned i = 0; i < 20; i++)
		synchronize_rcu_expedited();
	rcu_look(&after);
	test_note(t, "%lu of %u times", after.asked - before.asked,
		  20 * others);
	/* now and then somebody has just come back from a timer */
	check(t, after.asked - before.asked <= 5 * others);
}
