/*
 * sched/where.c - where another thread is: the watch seam's look at its stack.
 *
 * A thread that is on no CPU left its place in its context.  One that runs on
 * another is asked by NMI, since it may have its interrupts masked: that is
 * when people ask.
 *
 * Invariant   asked[c] is 1 from a question to c until c's answer, or until who
 *             asked gave up: then a late answer is thrown away.  One question
 *             at a time in the machine, by asking.
 *             A place may be stale as soon as it is known; backtrace() reads
 *             only what is mapped.
 * Ordering    [A] a CPU's place -> who asked for it, by asked = 0.
 *             [B] asking 0 -> the next to ask.
 */
#include "sched/schedule.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/x86_64/backtrace.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/trap.h"
#include "sched/sched.h"

#define ANSWER_NS	100000000

struct place {
	struct atomic64 rip, rbp;
};

static struct atomic32 asking;
static PERCPU(struct atomic32, asked);
static PERCPU(struct place, place);

static bool answer(struct trap_frame *frame)
{
	struct atomic32 *mine = this_cpu_ptr(&asked);
	struct place *p = this_cpu_ptr(&place);

	/* relaxed: the NMI itself says that somebody asks */
	if (!load_relaxed(mine))
		return false;
	store_relaxed(&p->rip, frame->rip);	/* relaxed: then [A] */
	store_relaxed(&p->rbp, frame->rbp);	/* relaxed: as above */
	store_release(mine, 0);			/* [A] */
	return true;
}

void where_init(void)
{
	nmi_register(answer);
}

static bool ask(unsigned cpu, uint64_t *rip, uint64_t *rbp)
{
	struct atomic32 *its = per_cpu_ptr(&asked, cpu);
	struct place *p = per_cpu_ptr(&place, cpu);
	uint64_t until = clock_ns() + ANSWER_NS;
	bool answered;

	if (xchg_acquire(&asking, 1))			/* [B] */
		return false;
	store_relaxed(its, 1);		/* relaxed: the IPI follows it */
	ipi_nmi(cpu);
	while (load_acquire(its) && clock_ns() < until)	/* [A] */
		cpu_relax();
	answered = !load_acquire(its);			/* [A] */
	store_relaxed(its, 0);		/* relaxed: nobody else asks */
	/* relaxed: [A] ordered them */
	*rip = load_relaxed(&p->rip);
	*rbp = load_relaxed(&p->rbp);			/* relaxed: so */
	store_release(&asking, 0);			/* [B] */
	return answered;
}

unsigned sync_self_stack(const struct sync_self *s, uint64_t *pcs,
			 unsigned max)
{
	struct thread *t = container_of(s, struct thread, self);
	uint64_t rip, rbp;

	if (t == thread_self())
		return backtrace_here(pcs, max);
	if (thread_state(t) != THREAD_RUNNING)
		context_where(&t->context, &rip, &rbp);
	else if (!ask(thread_cpu(t), &rip, &rbp))
		return 0;
	return backtrace(rip, rbp, pcs, max);
}
