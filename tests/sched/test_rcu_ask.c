/*
 * tests/sched/test_rcu_ask.c - what the scheduler does for RCU, CPU by CPU.
 */
#include "arch/cpu.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/trap.h"
#include "kernel/test.h"
#include "sched/thread.h"
#include "sync/preempt.h"
#include "sync/rcu.h"
#include "sync/rcu_state.h"
#include "tests/sched/crew.h"

#define LOOKS	1000
#define MS	1000000ULL

/* True: a reschedule is due here, since cpu was asked. */
static bool is_due_when_asked(unsigned cpu)
{
	uint64_t was = irq_save();
	bool due;

	preempt_disable();
	preempt_clear_due();
	rcu_ask(cpu);
	due = preempt_is_due();
	preempt_set_due();	/* it may have been, before */
	preempt_enable();
	irq_restore(was);
	return due;
}

static bool came_to(unsigned cpu, uint64_t before)
{
	for (unsigned i = 0; i < LOOKS; i++) {
		if (irq_count(IRQ_RESCHEDULE, cpu) != before)
			return true;
		thread_sleep(clock_ns() + MS);
	}
	return false;
}

TEST("sched/rcu_ask", test_rcu_asks_the_cpu_that_is_meant)
{
	unsigned here = nth_cpu(0), other = nth_cpu(1);
	uint64_t before;

	stay_on(here);
	check(t, is_due_when_asked(here));
	if (other != here) {
		before = irq_count(IRQ_RESCHEDULE, other);
		check(t, !is_due_when_asked(other));
		check(t, came_to(other, before));
	}
	stay_anywhere();
}

/* It holds nothing up: nothing is printed, and nothing is waited for. */
TEST("sched/rcu_ask", test_rcu_who_waits_is_not_told_of)
{
	uint32_t before;

	stay_on(nth_cpu(0));
	before = rcu_told(cpu_id());
	rcu_tell(cpu_id());
	cpu_delay(10000);
	check(t, rcu_told(cpu_id()) == before);
	stay_anywhere();
}

/* There it prints, once; and nowhere else. */
TEST("sched/rcu_ask", test_rcu_has_a_cpu_tell_what_it_does)
{
	unsigned here = nth_cpu(0), other = nth_cpu(1);
	uint32_t mine, before;

	if (other == here)
		return test_skip(t, "needs two CPUs");
	stay_on(here);
	mine = rcu_told(here);
	before = rcu_told(other);
	rcu_tell(other);
	for (unsigned i = 0; i < LOOKS && rcu_told(other) == before; i++)
		thread_sleep(clock_ns() + MS);
	check(t, rcu_told(other) == before + 1);
	check(t, rcu_told(here) == mine);
	stay_anywhere();
}

/* An NMI that is somebody else's. */
static bool expected, came;

static bool on_nmi(struct trap_frame *frame)
{
	bool mine = expected;

	(void)frame;
	came |= mine;
	expected = false;
	return mine;
}

static void nmi_to_itself(void)
{
	static bool registered;
	uint64_t was = irq_save();

	if (!registered)
		nmi_register(on_nmi);
	registered = true;
	came = false;
	expected = true;
	ipi_nmi(cpu_id());
	for (unsigned i = 0; i < LOOKS && expected; i++) {
		cpu_delay(100);
		compiler_barrier();
	}
	expected = false;
	irq_restore(was);
}

TEST("sched/rcu_ask", test_rcu_tells_nothing_when_not_asked)
{
	uint32_t before;

	stay_on(nth_cpu(0));
	before = rcu_told(cpu_id());
	nmi_to_itself();
	check(t, came);
	check(t, rcu_told(cpu_id()) == before);
	stay_anywhere();
}

/* A grace period may wait for this CPU; a thread gives it up. */
static bool is_due_here(void)
{
	return rcu_tree_is_due(&rcu_tree, cpu_id());
}

TEST("sched/rcu_ask", test_rcu_is_told_by_who_yields)
{
	stay_on(nth_cpu(0));
	for (unsigned i = 0; i < 10; i++) {
		(void)rcu_drive(false);
		/* more than once only if another has just begun */
		for (unsigned n = 0; n < 100 && is_due_here(); n++)
			thread_yield();
		check(t, !is_due_here());
	}
	stay_anywhere();
}
