/*
 * sched/rcu_ask.c - the bodies of RCU's seam: ask a CPU, tell about a CPU.
 *
 * Invariant   The reschedule IPI makes a CPU that is not in a reader go through
 *             the scheduler at once, which notes it; one that is in a reader
 *             does so at its last preempt_enable().  So asking needs nothing of
 *             its own.
 *             wanted of a CPU is 1 from rcu_tell() until its NMI has come.
 * Ordering    None: whoever finds wanted prints what it itself is doing.
 */
#include "sync/rcu_state.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/x86_64/backtrace.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/trap.h"
#include "kernel/printk.h"
#include "sched/schedule.h"
#include "sync/preempt.h"

#define DEPTH	16

static PERCPU(struct atomic32, wanted);
static PERCPU(struct atomic32, told);

void rcu_ask(unsigned cpu)
{
	uint64_t was = irq_save();

	preempt_disable();
	schedule_kick(cpu);
	irq_restore(was);
	preempt_enable();
}

static bool tell_in_nmi(struct trap_frame *frame)
{
	struct thread *t = thread_self();
	uint64_t pcs[DEPTH];
	unsigned n;

	/* relaxed: see Ordering */
	if (!xchg_relaxed(this_cpu_ptr(&wanted), 0))
		return false;
	n = backtrace(frame->rip, frame->rbp, pcs, DEPTH);
	pr_warn("rcu: cpu %u holds it up, in thread %u \"%s\":", cpu_id(),
		t ? t->id : 0, t ? t->name : "");
	for (unsigned i = 0; i < n; i++) {
		if (i)
			pr_warn("  #%u %pB", i, (void *)pcs[i]);
		else
			pr_warn("  #%u %pS", i, (void *)pcs[i]);
	}
	fetch_add_relaxed(this_cpu_ptr(&told), 1);	/* relaxed: a count */
	return true;
}

uint32_t rcu_told(unsigned cpu)
{
	return load_relaxed(per_cpu_ptr(&told, cpu));	/* relaxed: a count */
}

void rcu_tell(unsigned cpu)
{
	if (cpu == cpu_id())
		return;		/* it waits: it does not hold anything up */
	store_relaxed(per_cpu_ptr(&wanted, cpu), 1);	/* relaxed: above */
	ipi_nmi(cpu);
}

void rcu_ask_init(void)
{
	nmi_register(tell_in_nmi);
}
