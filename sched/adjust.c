/*
 * sched/adjust.c - change a thread that may be anywhere.
 *
 * Invariant   prio = max(base_prio, boost_prio), and all of it changes under
 *             thread_lock().  A queued thread leaves its queue first and is
 *             placed anew, for its better CPU may be another now.  A running
 *             one is told to look: schedule_due() compares it with its queue
 *             and with its mask.  A parked or moving one is looked at when it
 *             is placed.
 */
#include "sched/thread.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "kernel/errno.h"
#include "sched/schedule.h"
#include "sync/pi_chain.h"
#include "sync/preempt.h"

/* How every change begins and ends; was: the caller's interrupt state. */
static struct runqueue *adjust_begin(struct thread *t, uint64_t *was)
{
	struct runqueue *rq;

	*was = irq_save();
	preempt_disable();
	rq = thread_lock(t);
	if (thread_state(t) == THREAD_READY)
		runqueue_remove(rq, t);
	return rq;
}

static void adjust_end(struct runqueue *rq, struct thread *t, uint64_t was)
{
	enum thread_state state = thread_state(t);
	unsigned cpu = thread_cpu(t);

	if (state == THREAD_READY)
		thread_set_state(t, THREAD_MOVING);
	runqueue_unlock(rq);
	if (state == THREAD_READY)
		balance_place(t);
	else if (state == THREAD_RUNNING)
		schedule_kick(cpu);
	irq_restore(was);
	preempt_enable();
}

static void update_prio(struct thread *t)
{
	t->prio = t->boost_prio > t->base_prio ? t->boost_prio : t->base_prio;
}

void thread_set_priority(struct thread *t, int prio)
{
	struct runqueue *rq;
	uint64_t was;

	assert(prio >= 0);
	assert(prio < PRIO_LEVELS);
	rq = adjust_begin(t, &was);
	t->base_prio = prio;
	update_prio(t);
	adjust_end(rq, t, was);
	pi_base_changed(t);
}

void thread_boost(struct thread *t, int prio)
{
	struct runqueue *rq;
	uint64_t was;

	assert(prio >= 0);
	assert(prio < PRIO_LEVELS);
	rq = adjust_begin(t, &was);
	t->boost_prio = prio;
	update_prio(t);
	adjust_end(rq, t, was);
}

/* A look under the lock. */
static int read_priority(struct thread *t, bool base)
{
	uint64_t was = irq_save();
	struct runqueue *rq;
	int prio;

	preempt_disable();
	rq = thread_lock(t);
	prio = base ? t->base_prio : t->prio;
	runqueue_unlock(rq);
	irq_restore(was);
	preempt_enable();
	return prio;
}

int thread_base_priority(struct thread *t)
{
	return read_priority(t, true);
}

int thread_priority(struct thread *t)
{
	return read_priority(t, false);
}

int thread_set_affinity(struct thread *t, const struct cpumask *mask)
{
	struct cpumask online;
	struct runqueue *rq;
	uint64_t was;

	cpumask_copy(&online, mask);
	cpumask_and(&online, &cpus_online);
	if (cpumask_empty(&online))
		return -EINVAL;
	rq = adjust_begin(t, &was);
	cpumask_copy(&t->affinity, mask);
	adjust_end(rq, t, was);
	return 0;
}
