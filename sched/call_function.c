/*
 * sched/call_function.c - an inbox of calls on each CPU.
 *
 * Invariant   A call lives until left is zero: on the stack of the initiator
 *             that waits for that, or in memory that who brings it to zero
 *             frees.  After its decrement a CPU touches neither the call nor
 *             its node.
 *             Only a push into an empty inbox sends an IPI: a CPU that finds it
 *             filled knows that another's IPI is coming, and the handler takes
 *             all there is.
 *             An initiator that waits has interrupts enabled, so it answers the
 *             calls of others meanwhile, and no cycle of waiters can close.
 *             Nodes for a whole machine would be too much for a stack, and a
 *             call must not fail for want of memory; hence the batches.
 * Ordering    [A] left: what fn did on each CPU -> the end of the wait.
 */
#include "sched/call_function.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/irq.h"
#include "kernel/assert.h"
#include "kernel/errno.h"
#include "kernel/mem.h"
#include "sched/inbox.h"
#include "sync/preempt.h"

#define BATCH	64

struct call {
	void (*fn)(void *arg);
	void *arg;
	bool allocated;
	struct atomic32 left;	/* CPUs that have not answered */
};

struct call_node {
	struct inbox_node node;
	struct call *call;
};

struct call_batch {
	struct call call;
	struct call_node node[BATCH];
};

static PERCPU(struct inbox, call_inbox);

static void answer(struct call *call)
{
	bool allocated = call->allocated;

	call->fn(call->arg);
	if (fetch_add_acq_rel(&call->left, -1u) > 1)		/* [A] */
		return;
	if (allocated)
		mem_free(call);
}

void call_function_interrupt(void)
{
	struct inbox_node *node = inbox_take(this_cpu_ptr(&call_inbox));

	while (node) {
		struct call_node *n = container_of(node, struct call_node,
						   node);

		node = node->next;
		answer(n->call);
	}
}

/* Moves up to BATCH CPUs from mask to batch; returns how many. */
static unsigned take_batch(struct cpumask *mask, struct cpumask *batch)
{
	unsigned n = 0;

	cpumask_zero(batch);
	for (unsigned cpu = cpumask_next(mask, 0); cpu < NR_CPUS && n < BATCH;
	     cpu = cpumask_next(mask, cpu + 1)) {
		cpumask_clear(mask, cpu);
		cpumask_set(batch, cpu);
		n++;
	}
	return n;
}

/* Asks the CPUs of batch, which becomes the set of those that need the IPI. */
static void post(struct cpumask *batch, struct call *call,
		 struct call_node *node)
{
	cpumask_for_each(cpu, batch) {
		node->call = call;
		if (!inbox_push(per_cpu_ptr(&call_inbox, cpu), &node->node))
			cpumask_clear(batch, cpu);
		node++;
	}
	ipi_send_mask(batch, IRQ_CALL);
}

static void ask_and_wait(struct cpumask *mask, void (*fn)(void *), void *arg)
{
	struct call_node node[BATCH];
	struct cpumask batch;
	unsigned n;

	while ((n = take_batch(mask, &batch))) {
		struct call call = {
			.fn = fn, .arg = arg, .left = ATOMIC32(n),
		};

		post(&batch, &call, node);
		/* ended by the answers */
		while (load_acquire(&call.left))		/* [A] */
			cpu_relax();
	}
}

static int ask(struct cpumask *mask, void (*fn)(void *), void *arg)
{
	struct cpumask batch;
	unsigned n;

	while ((n = take_batch(mask, &batch))) {
		struct call_batch *b = mem_alloc(sizeof(b->call) +
						 n * sizeof(b->node[0]));

		if (!b)
			return -ENOMEM;
		b->call.fn = fn;
		b->call.arg = arg;
		b->call.allocated = true;
		/* relaxed: post() publishes it */
		store_relaxed(&b->call.left, n);
		post(&batch, &b->call, b->node);
	}
	return 0;
}

static void run_here(void (*fn)(void *), void *arg)
{
	uint64_t was = irq_save();

	fn(arg);
	irq_restore(was);
}

int call_function(const struct cpumask *mask, void (*fn)(void *arg), void *arg,
		  bool wait)
{
	struct cpumask others;
	int error = 0;

	if (wait) {
		assert(irqs_enabled());
		assert(!in_irq());
	}
	preempt_disable();
	cpumask_copy(&others, mask);
	cpumask_and(&others, &cpus_online);
	if (cpumask_test(&others, cpu_id())) {
		cpumask_clear(&others, cpu_id());
		run_here(fn, arg);
	}
	if (wait)
		ask_and_wait(&others, fn, arg);
	else
		error = ask(&others, fn, arg);
	preempt_enable();
	return error;
}
