/*
 * tests/sync/test_spinlock_nested.c - an interrupt waits for a lock while the
 * thread under it waits for another: each has a queue node of its own.
 *
 * Ordering    [A] a store of held .. done -> the other member's load.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sched/call_function.h"
#include "sync/preempt.h"
#include "sync/spinlock.h"
#include "tests/crew.h"

static struct spinlock outer = SPINLOCK_INIT, inner = SPINLOCK_INIT;
static struct atomic32 held;		/* both locks, by member 0 */
static struct atomic32 here;		/* 1 + the waiter's CPU */
static struct atomic32 in_handler, done;
static bool handler_was_first;
static uintptr_t outer_last, inner_last;

static void lock_inner(void *unused)
{
	(void)unused;
	spin_lock(&inner);
	store_release(&in_handler, 1);			/* [A] */
	spin_unlock(&inner);
}

static void wait_for_outer(void)
{
	while (!load_acquire(&held))			/* [A] */
		cpu_relax();
	preempt_disable();
	store_release(&here, 1 + cpu_id());		/* [A] */
	spin_lock_raw(&outer);
	handler_was_first = load_acquire(&in_handler);	/* [A] */
	spin_unlock_raw(&outer);
	preempt_enable();
	store_release(&done, 1);			/* [A] */
}

static void hold_both(void)
{
	struct cpumask there = { 0 };

	spin_lock(&outer);
	spin_lock(&inner);
	store_release(&held, 1);			/* [A] */
	while (!load_acquire(&here))			/* [A] */
		cpu_relax();
	while (!spin_last(&outer))
		cpu_relax();
	cpumask_set(&there, load_acquire(&here) - 1);	/* [A] */
	if (call_function(&there, lock_inner, NULL, false) == 0)
		while (!spin_last(&inner))
			cpu_relax();
	outer_last = spin_last(&outer);
	inner_last = spin_last(&inner);
	spin_unlock(&inner);
	while (!load_acquire(&in_handler))		/* [A] */
		cpu_relax();
	spin_unlock(&outer);
	while (!load_acquire(&done))			/* [A] */
		cpu_relax();
}

static void hold_or_wait(unsigned member)
{
	if (member)
		wait_for_outer();
	else
		hold_both();
}

TEST("sync/spinlock_nested", test_an_interrupted_waiter_lends_no_node)
{
	test_breaks_rules(t);	/* a handler's lock, interrupts enabled */
	if (crew_size() < 2) {
		test_skip(t, "needs two CPUs");
		return;
	}
	store_relaxed(&held, 0);
	store_relaxed(&here, 0);
	store_relaxed(&in_handler, 0);
	store_relaxed(&done, 0);
	crew_run(2, hold_or_wait);
	check(t, inner_last == outer_last + 1);	/* same CPU, next context */
	check(t, handler_was_first);
	check(t, !spin_last(&outer) && !spin_last(&inner));
}

static struct spinlock irq_lock = SPINLOCK_INIT;
static uint64_t under_lock;		/* irq_lock */

#define TURNS	64

static void add_one(void *unused)
{
	uint64_t was = spin_lock_irqsave(&irq_lock);

	(void)unused;
	under_lock++;
	spin_unlock_irqrestore(&irq_lock, was);
}

static void add_here_and_there(unsigned member)
{
	struct cpumask others = { 0 };

	cpumask_set(&others, (cpu_id() + 1) % crew_size());
	for (unsigned i = 0; i < TURNS; i++) {
		add_one(NULL);
		if (call_function(&others, add_one, NULL, true))
			add_one(NULL);
		cpu_delay(member);
	}
}

TEST("sync/spinlock_nested", test_threads_and_interrupts_exclude_each_other)
{
	unsigned n = crew_size();

	under_lock = 0;
	crew_run(n, add_here_and_there);
	check(t, under_lock == 2 * n * TURNS);
}
