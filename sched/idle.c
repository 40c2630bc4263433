/*
 * sched/idle.c - nothing to run.
 *
 * Invariant   The idle thread keeps preemption disabled, so no interrupt
 *             switches away from it: it looks for work itself after each halt.
 *             Interrupts are masked from before it looks until `sti; hlt`,
 *             which lets none in between its two instructions.  So an interrupt
 *             whose handler queues a thread here, or a kick by who did, either
 *             comes before the look or ends the halt.
 *             Who asks this CPU itself to look leaves the mark "due", which is
 *             taken away before each look.
 *             The bit in cpus_idle is set before the look at the queues:
 *             sched/balance.c needs that order [A].
 * Ordering    [A] cpus_idle before queued_prios: see sched/balance.c.
 * References  Intel SDM vol. 2B, STI: interrupts stay masked until the end of
 *             the next instruction (irq_wait() is the two).
 */
#include "sched/sched.h"

#include "arch/cpu.h"
#include "arch/x86_64/irq.h"
#include "kernel/assert.h"
#include "sched/schedule.h"
#include "sync/preempt.h"
#include "sync/rcu.h"

/*
 * The one place where a CPU halts.  Interrupts are masked before and after;
 * those that come are handled inside.
 */
static void idle_wait(void)
{
	irq_wait();
}

/*
 * Between here and there the CPU does not count for RCU.  To say so may end a
 * grace period and wake a thread, so afterwards is the last look.
 */
static void idle_rest(const struct runqueue *rq)
{
	rcu_idle_enter();
	if (runqueue_is_empty(rq) && !preempt_is_due())
		idle_wait();
	rcu_idle_exit();
}

bool idle_interrupted(void)
{
	return rcu_interrupt_enter();
}

void idle_resumed(void)
{
	rcu_interrupt_exit();
}

void idle_resumed_nmi(void)
{
	rcu_nmi_exit();
}

/* Interrupts masked, preemption disabled once: both for ever. */
static void never_returns idle_loop(void)
{
	unsigned cpu = cpu_id();
	struct runqueue *rq = this_cpu_ptr(&runqueue);

	for (;;) {
		cpumask_set(&cpus_idle, cpu);
		fence_seq_cst();				/* [A] */
		preempt_clear_due();
		if (runqueue_is_empty(rq) && !balance_steal(cpu))
			idle_rest(rq);
		cpumask_clear(&cpus_idle, cpu);
		schedule_from_idle();
	}
}

void idle_begin(void)
{
	schedule_finish();
	idle_loop();
}

void sched_idle(void)
{
	assert(thread_self() == this_cpu_ptr(&idle_thread));
	assert(preempt_depth() == 1);	/* since the CPU's first instruction */
	irq_disable();
	idle_loop();
}
