/*
 * kernel/shell/cmd_sched.c - threads, and who waits for which CPU.
 */
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/format.h"
#include "kernel/shell/shell.h"
#include "sched/schedule.h"
#include "sync/preempt.h"

static const char *const states[] = {
	[THREAD_MOVING] = "moving", [THREAD_READY] = "ready",
	[THREAD_RUNNING] = "running", [THREAD_PARKED] = "parked",
	[THREAD_DEAD] = "dead",
};

/* A thread as it was at one moment. */
struct look {
	enum thread_state state;
	unsigned cpu;
	int prio;
	int base_prio;
	uint64_t switches;
	struct cpumask affinity;
};

static void look_at(struct thread *t, struct look *out)
{
	uint64_t was = irq_save();
	struct runqueue *rq;

	preempt_disable();
	rq = thread_lock(t);
	out->state = thread_state(t);
	out->cpu = thread_cpu(t);
	out->prio = t->prio;
	out->base_prio = t->base_prio;
	out->switches = t->switches;
	cpumask_copy(&out->affinity, &t->affinity);
	runqueue_unlock(rq);
	irq_restore(was);
	preempt_enable();
}

/* "any", "3", or "0-2,5" as far as it fits. */
static void name_cpus(const struct cpumask *mask, char *text, size_t size)
{
	size_t used = 0;
	unsigned cpu = cpumask_next(mask, 0);

	text[0] = 0;
	if (cpumask_count(mask) == NR_CPUS) {
		format_to(text, size, "any");
		return;
	}
	while (cpu < NR_CPUS && used + 9 < size) {
		unsigned first = cpu;

		while (cpu + 1 < NR_CPUS && cpumask_test(mask, cpu + 1))
			cpu++;
		used += format_to(text + used, size - used,
				  cpu > first ? "%s%u-%u" : "%s%u",
				  used ? "," : "", first, cpu);
		cpu = cpumask_next(mask, cpu + 1);
	}
}

static void print_thread(struct thread *t)
{
	struct look l;
	char prio[16], cpus[24];

	look_at(t, &l);
	format_to(prio, sizeof(prio), l.prio > l.base_prio ? "%d>%d" : "%d",
		  l.base_prio, l.prio);
	name_cpus(&l.affinity, cpus, sizeof(cpus));
	console_printf("%6u  %-15s  %-7s  %5s  %3u  %10lu  %s\n", t->id,
		       t->name, states[l.state], prio, l.cpu, l.switches, cpus);
}

static int cmd_threads(int argc, char **argv)
{
	struct thread *t;
	uint32_t id = 0;

	(void)argv;
	if (argc > 1)
		return -EINVAL;
	console_printf("    id  name             state     prio  cpu"
		       "    switches  may run on\n");
	while ((t = thread_find_from(id))) {	/* ended by the last id */
		print_thread(t);
		id = t->id + 1;
		thread_put(t);
	}
	console_printf("%u threads, beside an idle one for each CPU.\n",
		       thread_count());
	return 0;
}

COMMAND("threads", "", "every thread: state, priority, CPU", cmd_threads);

/* A runqueue as it was at one moment. */
struct queue_look {
	char running[THREAD_NAME];
	uint64_t switches;
	bool ticking;
	unsigned waiting[PRIO_LEVELS];
};

static void look_at_queue(unsigned cpu, struct queue_look *out)
{
	uint64_t was = irq_save();
	struct runqueue *rq;

	preempt_disable();
	rq = runqueue_lock(cpu);
	*out = (struct queue_look){ .switches = rq->switches };
	for (unsigned i = 0; i < THREAD_NAME; i++)
		out->running[i] = thread_on(cpu)->name[i];
	/* relaxed: under the lock */
	out->ticking = load_relaxed(&rq->ticking) != TICKING_OFF;
	for (unsigned prio = 0; prio < PRIO_LEVELS; prio++)
		list_for_each(pos, &rq->queue[prio])
			out->waiting[prio]++;
	runqueue_unlock(rq);
	irq_restore(was);
	preempt_enable();
}

static int cmd_runq(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return -EINVAL;
	console_printf(" cpu  running            switches  tick  "
		       "waiting, by priority\n");
	cpumask_for_each(cpu, &cpus_online) {
		struct queue_look l;

		look_at_queue(cpu, &l);
		console_printf("%4u  %-15s  %10lu  %-4s ", cpu, l.running,
			       l.switches, l.ticking ? "on" : "off");
		for (int prio = PRIO_LEVELS - 1; prio >= 0; prio--)
			if (l.waiting[prio])
				console_printf(" %u at %d", l.waiting[prio],
					       prio);
		console_printf("\n");
	}
	return 0;
}

COMMAND("runq", "", "each CPU's queue of ready threads", cmd_runq);
