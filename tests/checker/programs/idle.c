/*
 * tests/checker/programs/idle.c - a CPU on its way into the halt, while another
 * makes a thread ready.
 *
 *     busy CPU      runs a thread for ever, and wakes one that may run anywhere
 *     idle CPU      the idle loop; who comes out of it runs what is queued
 *
 * Whatever the order, what is ready has run when nobody moves any more.
 * Told "rcu": as the idle CPU tells RCU so, that wakes a thread of its own.
 * Told "pinned": the idle CPU's own thread is waked by the busy one.
 */
#include "sched/schedule.h"

#include "arch/cpu.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/irq.h"
#include "kernel/event.h"
#include "sync/preempt.h"
#include "sync/rcu.h"

#include "tests/checker/checker.h"

enum { BUSY, IDLE };

PERCPU(struct runqueue, runqueue);
PERCPU(struct thread *, thread_current);
PERCPU(struct thread, idle_thread);
struct atomic32 schedule_unwatched = ATOMIC32(1);

static struct thread running, waked;
static struct thread *lane[2];
static bool is_due, has_run;
static char told;

/* ------------------------------------- what the loop and the balancer call */

struct runqueue *runqueue_lock(unsigned cpu)
{
	struct runqueue *rq = per_cpu_ptr(&runqueue, cpu);

	spin_lock_raw(&rq->lock);
	return rq;
}

void runqueue_unlock(struct runqueue *rq)
{
	spin_unlock_raw(&rq->lock);
}

struct runqueue *thread_lock(struct thread *t)
{
	return runqueue_lock(thread_cpu(t));	/* one at a time moves it */
}

void preempt_clear_due(void)
{
	is_due = false;
}

bool preempt_is_due(void)
{
	return is_due;
}

unsigned preempt_depth(void)
{
	return 1;
}

/* The IPI ends a halt, or the next one. */
void schedule_kick(unsigned cpu)
{
	if (cpu == cpu_id())
		is_due = cpu == IDLE;
	else
		unpark(lane[cpu]);
}

void irq_wait(void)
{
	irq_restore(1);
	preempt_enable();
	park(PARK_FOREVER);
	preempt_disable();
	irq_disable();
}

bool tick_ask(struct runqueue *rq)
{
	(void)rq;
	return false;
}

void schedule_finish(void)
{
}

void schedule_from_idle(void)
{
	struct runqueue *rq = runqueue_lock(cpu_id());
	struct thread *next = runqueue_pop(rq);

	runqueue_unlock(rq);
	if (next)
		has_run = true;
}

void kernel_event(uint16_t kind, uint64_t a, uint64_t b)
{
	(void)kind;
	(void)a;
	(void)b;
}

void rcu_idle_enter(void)
{
	if (told == 'r' && !has_run)
		balance_place(&waked);
}

void rcu_idle_exit(void)
{
}

bool rcu_interrupt_enter(void)
{
	return false;
}

void rcu_interrupt_exit(void)
{
}

void rcu_nmi_exit(void)
{
}

/* ----------------------------------------------------------- who does what */

static void wake(void *unused)
{
	(void)unused;
	if (told != 'r')
		balance_place(&waked);
}

static void idle(void *unused)
{
	(void)unused;
	preempt_disable();
	irq_disable();
	idle_begin();
}

static void it_has_run(void)
{
	assert(has_run);
}

void check_setup(void)
{
	told = check_argument()[0];
	running.prio = waked.prio = 1;
	idle_thread[IDLE][0].prio = PRIO_IDLE;
	thread_current[BUSY][0] = &running;
	thread_current[IDLE][0] = &idle_thread[IDLE][0];
	for (unsigned cpu = BUSY; cpu <= IDLE; cpu++)
		runqueue_init(&runqueue[cpu][0]);
	if (told)
		cpumask_set(&waked.affinity, IDLE);
	else
		cpumask_fill(&waked.affinity);
	/* relaxed: nobody runs yet */
	store_relaxed(&waked.cpu, told ? IDLE : BUSY);
	lane[BUSY] = check_thread("busy", wake, NULL);
	check_spare("idle");
	lane[IDLE] = thread_spawn(idle, NULL, NULL);
	check_finally(it_has_run);
}
