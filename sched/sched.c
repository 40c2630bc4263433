/*
 * sched/sched.c - the scheduler's start on each CPU.
 *
 * Invariant   A CPU's runqueue is initialised before the CPU is in cpus_online,
 *             and nobody places a thread on a CPU that is not.
 */
#include "sched/sched.h"

#include "arch/cpu.h"
#include "arch/x86_64/irq.h"
#include "kernel/assert.h"
#include "kernel/panic.h"
#include "mm/stack.h"
#include "sched/call_function.h"
#include "sched/random.h"
#include "sched/registry.h"
#include "sched/schedule.h"
#include "sched/timer.h"
#include "sched/worker.h"
#include "sync/preempt.h"
#include "sync/rcu.h"
#include "sync/watch.h"

static struct thread main_thread;

/* Fills this CPU's idle thread, which is not running yet. */
static struct thread *init_cpu(void)
{
	struct thread *idle = this_cpu_ptr(&idle_thread);
	struct thread_spec spec = { .name = "idle", .prio = PRIO_IDLE };
	struct runqueue *rq = this_cpu_ptr(&runqueue);

	runqueue_init(rq);
	tick_init(rq);
	random_init_cpu();
	worker_init_cpu();
	rcu_cpu_online();
	thread_init(idle, &spec);
	idle->id = cpu_id();
	watch_thread_begin(&idle->self, idle->id, idle->name);
	thread_set_state(idle, THREAD_READY);
	return idle;
}

static void start_as(struct thread *t)
{
	thread_set_state(t, THREAD_RUNNING);
	t->on_stack = true;
	this_cpu_write(thread_current, t);
}

void sched_init_boot(void)
{
	struct thread_spec spec = { .name = "main", .prio = PRIO_DEFAULT };
	struct thread *idle;

	rcu_init();
	idle = init_cpu();
	idle->stack_top = stack_alloc();
	if (!idle->stack_top)
		panic("no memory for the boot CPU's idle stack");
	context_init(&idle->context, idle->stack_top, idle_begin);
	thread_init(&main_thread, &spec);
	start_as(&main_thread);
	registry_init();
	registry_add(&main_thread);
	watch_thread_begin(&main_thread.self, main_thread.id, main_thread.name);
	cpumask_set(&cpus_online, cpu_id());
	irq_register(IRQ_RESCHEDULE, "reschedule", schedule_interrupt);
	irq_register(IRQ_CALL, "call function", call_function_interrupt);
	irq_register(IRQ_TIMER, "timer", timer_interrupt);
	rcu_ask_init();
	where_init();
	preempt_enable();
}

void sched_init_cpu(void)
{
	start_as(init_cpu());
}

void sched_watch(bool on)
{
	store_relaxed(&schedule_unwatched, !on);	/* relaxed: a setting */
}
