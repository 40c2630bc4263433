/*
 * sched/schedule.c - who runs next on this CPU, and the switch to it.
 *
 * Invariant   A switch happens with interrupts masked, preemption disabled
 *             exactly once and this CPU's runqueue lock held; the thread that
 *             is switched to releases the lock.  So while a thread that was
 *             just queued, parked or killed still stands on its stack, nobody
 *             else can get hold of it: to steal or wake it takes this lock.
 *             on_stack says that somebody does; switch_to() asserts that
 *             nobody does on the stack it is going to.
 *             A thread that gives up the CPU has its next state before the
 *             switch:
 *             READY   it is in the queue (preempted: at the front, unless its
 *                     slice is used up; yielding: at the back)
 *             PARKED  the owner of its wake-up will place it (sched/park.c)
 *             MOVING  it may not stay here; schedule_finish() places it
 *             DEAD    schedule_finish() puts its own reference
 * Ordering    The runqueue lock hands a thread from CPU to CPU: what it did on
 *             one is before what it does on the next.
 * References  The lock that is passed through the switch: Cox, Kaashoek and
 *             Morris, xv6: a simple, Unix-like teaching operating system,
 *             chapter "Scheduling".
 */
#include "sched/schedule.h"

#include "arch/cpu.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/irq.h"
#include "kernel/assert.h"
#include "kernel/event.h"
#include "kernel/panic.h"
#include "sync/preempt.h"
#include "sync/rcu.h"
#include "sync/watch.h"

PERCPU(struct runqueue, runqueue);
PERCPU(struct thread *, thread_current);
PERCPU(struct thread, idle_thread);
struct atomic32 schedule_unwatched;

struct thread *thread_self(void)
{
	return this_cpu_read(thread_current);
}

static PERCPU(struct sync_self, early_self);

struct sync_self *sync_self(void)
{
	struct thread *self = thread_self();

	return likely(self) ? &self->self : this_cpu_ptr(&early_self);
}

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
	for (;;) {	/* again only if t was moved meanwhile */
		unsigned cpu = thread_cpu(t);
		struct runqueue *rq = runqueue_lock(cpu);

		if (thread_cpu(t) == cpu)
			return rq;
		runqueue_unlock(rq);
	}
}

void schedule_finish(void)
{
	/* this may be another CPU than the one we were switched away from */
	struct runqueue *rq = this_cpu_ptr(&runqueue);
	struct thread *previous = rq->previous;
	enum thread_state state = thread_state(previous);

	previous->on_stack = false;
	runqueue_unlock(rq);
	if (unlikely(state == THREAD_DEAD))
		thread_put(previous);
	else if (unlikely(state == THREAD_MOVING))
		balance_place(previous);
}

/*
 * The one place where a CPU changes threads.  What belongs to a thread, but is
 * not on its stack, changes hands here.
 */
static void switch_to(struct runqueue *rq, struct thread *next)
{
	struct thread *self = thread_self();

	assert(!next->on_stack);
	next->on_stack = true;
	thread_set_state(next, THREAD_RUNNING);
	next->switches++;
	rq->switches++;
	rq->previous = self;
	watch_pass(&rq->lock, &next->self);
	this_cpu_write(thread_current, next);
	if (schedule_watched())
		event(EVENT_SWITCH, self->id, next->id);
	context_switch(&self->context, &next->context);
	schedule_finish();
}

/* The caller has locked rq, this CPU's, and provided for the current thread. */
static void switch_to_best(struct runqueue *rq)
{
	struct thread *next = runqueue_pop(rq);

	preempt_clear_due();
	switch_to(rq, next ? next : this_cpu_ptr(&idle_thread));
}

/*
 * The current thread gives up the CPU, or is about to see whether it must: it
 * is in no reader of RCU.
 */
static struct runqueue *lock_here(void)
{
	struct runqueue *rq = this_cpu_ptr(&runqueue);

	rcu_note_switch();
	spin_lock_raw(&rq->lock);
	return rq;
}

void thread_yield(void)
{
	struct thread *self = thread_self();
	struct runqueue *rq;
	uint64_t was;

	might_sleep();
	was = irq_save();
	preempt_disable();
	rq = lock_here();
	self->ticks = 0;
	if (runqueue_has(rq, self->prio)) {
		thread_set_state(self, THREAD_READY);
		runqueue_push(rq, self, false);
		switch_to_best(rq);
	} else {
		runqueue_unlock(rq);
	}
	irq_restore(was);
	preempt_enable();
}

/* A reschedule is due: is there a reason to switch? */
static void schedule_due(void)
{
	struct thread *self = thread_self();
	struct runqueue *rq = lock_here();
	bool used_up = tick_used_up(self);

	if (!cpumask_test(&self->affinity, cpu_id())) {
		thread_set_state(self, THREAD_MOVING);
		switch_to_best(rq);
	} else if (runqueue_has(rq, self->prio + !used_up)) {
		thread_set_state(self, THREAD_READY);
		if (used_up)
			self->ticks = 0;
		runqueue_push(rq, self, !used_up);
		switch_to_best(rq);
	} else {
		preempt_clear_due();
		runqueue_unlock(rq);
	}
}

void preempt_schedule(void)
{
	if (!irqs_enabled())
		return;		/* still due; the next occasion takes it */
	do {			/* ends when no wake-up came meanwhile */
		irq_disable();
		preempt_disable();
		schedule_due();
		preempt_enable();	/* masked: it does not recurse */
		irq_enable();
	} while (preempt_is_due());
}

void preempt_schedule_irq(void)
{
	do {			/* ends when no wake-up came meanwhile */
		preempt_disable();
		schedule_due();
		preempt_enable();	/* masked: it does not recurse */
	} while (preempt_is_due());
}

void schedule_from_idle(void)
{
	struct runqueue *rq = lock_here();

	if (runqueue_is_empty(rq)) {
		runqueue_unlock(rq);
		return;
	}
	thread_set_state(thread_self(), THREAD_READY);
	switch_to_best(rq);
}

void schedule_park(struct thread *self)
{
	struct runqueue *rq = lock_here();

	if (!park_begin(self)) {
		runqueue_unlock(rq);
		return;
	}
	thread_set_state(self, THREAD_PARKED);
	self->ticks = 0;
	switch_to_best(rq);
}

void schedule_exit(struct thread *self)
{
	struct runqueue *rq = lock_here();

	thread_set_state(self, THREAD_DEAD);
	switch_to_best(rq);
	panic("thread %u runs after its end", self->id);
}

void schedule_kick(unsigned cpu)
{
	if (cpu == cpu_id())
		schedule_interrupt();
	else
		ipi_send(cpu, IRQ_RESCHEDULE);
}

void schedule_interrupt(void)
{
	preempt_set_due();
	tick_start_if_asked();
}
