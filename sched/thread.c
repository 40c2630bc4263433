/*
 * sched/thread.c - the life of a thread, from record to reaper.
 *
 * Invariant   refs counts the references; a living thread owns one, which
 *             schedule_finish() puts when the thread has left its stack for
 *             ever.  The last put queues the record to the boot CPU's worker,
 *             because freeing a stack may wait for other CPUs, and a put may
 *             not.
 *             joiner is NULL, or the thread that waits in thread_join() (with
 *             a reference, which the exit puts after waking it), or EXITED.
 *             NULL -> joiner -> EXITED, or NULL -> EXITED.
 * Ordering    [A] exit -> join: what the thread wrote, by joiner.
 *             [B] every put -> the last put: what anybody did with the thread
 *             comes before the reaper.
 */
#include "sched/thread.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "kernel/mem.h"
#include "kernel/string.h"
#include "mm/stack.h"
#include "sched/registry.h"
#include "sched/schedule.h"
#include "sync/preempt.h"
#include "sync/watch.h"

#define BOOT_CPU	0
#define EXITED		((void *)1)

/* The first function on a new stack: the switch to it ends here. */
static void thread_begin(void)
{
	struct thread *self = thread_self();

	schedule_finish();
	irq_enable();
	preempt_enable();
	self->fn(self->arg);
	thread_exit();
}

static void thread_reap(struct work *work)
{
	struct thread *t = container_of(work, struct thread, reap);

	registry_remove(t);
	stack_free(t->stack_top);
	mem_free(t);
}

void thread_init(struct thread *t, const struct thread_spec *spec)
{
	string_copy(t->name, spec->name, sizeof(t->name));
	t->fn = spec->fn;
	t->arg = spec->arg;
	t->prio = spec->prio;
	t->base_prio = spec->prio;
	if (spec->affinity)
		cpumask_copy(&t->affinity, spec->affinity);
	else
		cpumask_fill(&t->affinity);
	/* relaxed: nobody else knows t */
	store_relaxed(&t->refs, 2);
	store_relaxed(&t->cpu, cpu_id());	/* relaxed: as above */
	store_relaxed(&t->state, THREAD_MOVING);	/* relaxed: as above */
	park_init(t);
	work_init(&t->reap, thread_reap);
}

static bool has_online_cpu(const struct cpumask *mask)
{
	struct cpumask both;

	cpumask_copy(&both, mask);
	cpumask_and(&both, &cpus_online);
	return !cpumask_empty(&both);
}

struct thread *thread_create(const struct thread_spec *spec)
{
	struct thread *t;
	uint64_t was;

	assert(spec->prio >= 0);
	assert(spec->prio < PRIO_LEVELS);
	if (spec->affinity && !has_online_cpu(spec->affinity))
		return NULL;
	t = mem_alloc(sizeof(*t));
	if (!t)
		return NULL;
	t->stack_top = stack_alloc();
	if (!t->stack_top) {
		mem_free(t);
		return NULL;
	}
	thread_init(t, spec);
	context_init(&t->context, t->stack_top, thread_begin);
	registry_add(t);
	watch_thread_begin(&t->self, t->id, t->name);
	was = irq_save();
	preempt_disable();
	balance_place(t);
	irq_restore(was);
	preempt_enable();
	return t;
}

struct thread *thread_spawn(void (*fn)(void *), void *arg,
			    const struct cpumask *mask)
{
	struct thread_spec spec = {
		.name = "spawned",
		.fn = fn,
		.arg = arg,
		.prio = PRIO_DEFAULT,
		.affinity = mask,
	};

	return thread_create(&spec);
}

void thread_exit(void)
{
	struct thread *self = thread_self();
	struct thread *joiner;

	might_sleep();
	watch_thread_end();
	joiner = xchg_acq_rel(&self->joiner, EXITED);		/* [A] */
	if (joiner) {
		unpark(joiner);
		thread_put(joiner);
	}
	irq_disable();
	preempt_disable();
	schedule_exit(self);
}

void thread_join(struct thread *t)
{
	struct thread *self = thread_self();
	void *none = NULL;

	watch_wait(&t->self, WATCH_THREAD);
	might_sleep();
	assert(t != self);
	thread_get(self);
	if (cas_acq_rel(&t->joiner, &none, self)) {		/* [A] */
		watch_sleep(&t->self, WATCH_THREAD);
		/* ended by t's exit */
		while (load_acquire(&t->joiner) != EXITED)	/* [A] */
			park(PARK_FOREVER);
		watch_waited();
	} else {
		assert(none == EXITED);		/* not: somebody else joins t */
		thread_put(self);
	}
	thread_put(t);
}

struct sync_self *thread_sync(struct thread *t)
{
	return &t->self;
}

void thread_get(struct thread *t)
{
	/* relaxed: the caller has a reference, so the count is not zero */
	fetch_add_relaxed(&t->refs, 1);
}

void thread_put(struct thread *t)
{
	if (fetch_add_acq_rel(&t->refs, -1u) == 1)		/* [B] */
		worker_queue(&t->reap, BOOT_CPU);
}
