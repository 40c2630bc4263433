/*
 * kernel/shell/cmd_rcu.c - grace periods, the tree, callbacks; their events.
 */
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/event.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "sync/rcu.h"
#include "sync/rcu_callbacks.h"
#include "sync/rcu_state.h"

#define TRACE_LINES	40
#define BAR		40

static void print_period(const struct rcu_look *look)
{
	if (look->seq & 1)
		console_printf("Grace period %lu is in progress, %lu us old.\n",
			       look->periods + 1, look->age_ns / 1000);
	else
		console_printf("No grace period is in progress; %lu were.\n",
			       look->periods);
	console_printf("seq %016lx; CPUs asked %lu times; stalls told %lu.\n",
		       look->seq, look->asked, look->stalls);
}

/* The nodes that have a CPU, and whom they wait for. */
static void print_tree(void)
{
	console_printf("node  cpus       waits for\n");
	for (unsigned n = 0; n < RCU_NODES; n++) {
		unsigned first = NR_CPUS, last = 0;

		cpumask_for_each(cpu, &cpus_online) {
			if (rcu_tree_leaf(cpu) != n)
				continue;
			if (first == NR_CPUS)
				first = cpu;
			last = cpu;
		}
		if (first < NR_CPUS)
			console_printf("%4u  %3u .. %3u  %04lx\n", n, first,
				       last, rcu_tree_waiting(&rcu_tree, n));
		else if (n == 0)
			console_printf("root             %04lx\n",
				       rcu_tree_waiting(&rcu_tree, n));
	}
}

static void print_callbacks(void)
{
	console_printf(" cpu  idle  queued    peak      called  held back\n");
	cpumask_for_each(cpu, &cpus_online) {
		struct rcu_callbacks_look c;

		rcu_callbacks_look(cpu, &c);
		console_printf("%4u  %-4s  %6u  %6u  %10lu  %9lu\n", cpu,
			       rcu_tree_is_idle(&rcu_tree, cpu) ? "yes" : "",
			       c.queued, c.peak, c.called, c.held_back);
	}
}

static void print_lengths(const struct rcu_look *look)
{
	uint64_t most = 1;

	for (unsigned i = 0; i < RCU_LENGTHS; i++)
		if (look->lengths[i] > most)
			most = look->lengths[i];
	console_printf("How long grace periods were; the longest %lu us:\n",
		       look->longest_ns / 1000);
	for (unsigned i = 0; i < RCU_LENGTHS; i++) {
		if (!look->lengths[i])
			continue;
		console_printf("  %s %6u us %8lu ", i < RCU_LENGTHS - 1
			       ? "below" : "above", i < RCU_LENGTHS - 1
			       ? 2u << i : 1u << i, look->lengths[i]);
		for (uint64_t n = 0; n * most < look->lengths[i] * BAR; n++)
			console_printf("#");
		console_printf("\n");
	}
}

static void print_event(const struct event_record *e)
{
	static const char *const what[] = {
		"begins", "reported", "ends", "called",
	};

	console_printf("%8lu  cpu %3u  thread %5u  %-8s", e->seq, e->cpu,
		       e->thread, what[e->kind - EVENT_RCU_BEGIN]);
	if (e->kind == EVENT_RCU_CALLED)
		console_printf("  %lu callbacks, %lu are left\n", e->a, e->b);
	else
		console_printf("  seq %016lx\n", e->a);
}

static bool is_rcu(const struct event_record *e)
{
	return e->seq && e->kind >= EVENT_RCU_BEGIN &&
		e->kind <= EVENT_RCU_CALLED;
}

/* The youngest records, the oldest of them first. */
struct trace {
	const struct event_record *line[TRACE_LINES];
	unsigned n;
};

static void trace_add(struct trace *t, const struct event_record *e)
{
	unsigned i;

	if (t->n == TRACE_LINES) {
		if (e->seq < t->line[0]->seq)
			return;
		for (i = 1; i < t->n; i++)
			t->line[i - 1] = t->line[i];
		t->n--;
	}
	for (i = t->n++; i && t->line[i - 1]->seq > e->seq; i--)
		t->line[i] = t->line[i - 1];
	t->line[i] = e;
}

static int print_trace(void)
{
	struct trace t = { .n = 0 };

	cpumask_for_each(cpu, &cpus_online)
		for (unsigned i = 0; i < EVENT_RING_SLOTS; i++)
			if (is_rcu(event_at(cpu, i)))
				trace_add(&t, event_at(cpu, i));
	for (unsigned i = 0; i < t.n; i++)
		print_event(t.line[i]);
	if (!t.n)
		console_printf("rcu: no events; was it booted by watch=off?\n");
	return 0;
}

static int cmd_rcu(int argc, char **argv)
{
	struct rcu_look look;

	if (argc == 2 && !strcmp(argv[1], "trace"))
		return print_trace();
	if (argc > 1)
		return -EINVAL;
	rcu_look(&look);
	print_period(&look);
	print_tree();
	print_callbacks();
	print_lengths(&look);
	return 0;
}

COMMAND("rcu", "[trace]", "grace periods, callbacks; or their events", cmd_rcu);
