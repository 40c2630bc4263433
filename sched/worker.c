/*
 * sched/worker.c - a thread on each CPU that does what it is handed.
 *
 * Invariant   queued of a work is 1 from the worker_queue() that returned true
 *             until just before its fn: meanwhile it is in one inbox and nobody
 *             else pushes it.
 *             thread is NULL until the CPU's worker runs for the first time.  A
 *             push that finds it NULL asks the boot CPU's worker, which exists
 *             from the start, to create it; only that one touches created.
 * Ordering    [A] queued: fn's side may queue the work again, and that push
 *             comes after the take.
 *             [B] thread, stored before the worker's first take -> a push after
 *             that take, by the inbox: whoever finds NULL has pushed before,
 *             and the first take will find the work.
 */
#include "sched/worker.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/percpu.h"
#include "kernel/assert.h"
#include "sched/thread.h"
#include "sched/timer.h"
#include "sync/park.h"

#define BOOT_CPU	0
#define PRIO_WORKER	24
#define RETRY_NS	10000000ULL

struct worker {
	struct inbox inbox;
	struct atomic_ptr thread;

	/* the boot CPU's worker's */
	struct work create;
	struct timer retry;
	bool created;
	unsigned cpu;
};

static PERCPU(struct worker, worker);

static void run_works(struct inbox_node *node)
{
	while (node) {
		struct work *work = container_of(node, struct work, node);

		node = node->next;
		store_release(&work->queued, 0);		/* [A] */
		work->fn(work);
	}
}

static void worker_main(void *arg)
{
	struct worker *w = arg;

	store_release(&w->thread, thread_self());		/* [B] */
	for (;;) {		/* a worker lives as long as its CPU */
		struct inbox_node *node = inbox_take(&w->inbox);

		if (node)
			run_works(node);
		else
			park(PARK_FOREVER);
	}
}

static bool create_worker(struct worker *w)
{
	struct cpumask mask = { 0 };
	struct thread_spec spec = {
		.name = "worker",
		.fn = worker_main,
		.arg = w,
		.prio = PRIO_WORKER,
		.affinity = &mask,
	};

	cpumask_set(&mask, w->cpu);
	/* its reference stays with w->thread */
	return thread_create(&spec);
}

static void create_work(struct work *work)
{
	struct worker *w = container_of(work, struct worker, create);

	if (!w->created)
		w->created = create_worker(w);
	if (!w->created)
		timer_start(&w->retry, clock_ns() + RETRY_NS);
}

static void create_again(struct timer *timer)
{
	struct worker *w = container_of(timer, struct worker, retry);

	worker_queue(&w->create, BOOT_CPU);
}

bool worker_queue(struct work *work, unsigned cpu)
{
	struct worker *w = per_cpu_ptr(&worker, cpu);
	struct thread *t;

	if (xchg_acq_rel(&work->queued, 1))			/* [A] */
		return false;
	inbox_push(&w->inbox, &work->node);
	t = load_acquire(&w->thread);				/* [B] */
	if (t)
		unpark(t);
	else if (cpu != BOOT_CPU)
		worker_queue(&w->create, BOOT_CPU);
	return true;
}

void worker_init_cpu(void)
{
	struct worker *w = this_cpu_ptr(&worker);

	w->cpu = cpu_id();
	work_init(&w->create, create_work);
	timer_init(&w->retry, create_again);
}

void worker_init_boot(void)
{
	struct worker *w = this_cpu_ptr(&worker);

	w->created = create_worker(w);
	assert(w->created);
}
