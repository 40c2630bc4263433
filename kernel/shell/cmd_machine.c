/*
 * kernel/shell/cmd_machine.c - cpus, irqs, uptime, reboot, poweroff.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/power.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/format.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "sched/registry.h"
#include "sched/thread.h"

#define NS_PER_MS	1000000
#define CPU_COLUMNS	5	/* of 9 characters, behind a row's 29 */

/* What runs on each CPU, by one walk over the threads. */
static char running[NR_CPUS][THREAD_NAME];

static void find_running(void)
{
	struct thread *t = thread_find_from(0);

	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		string_copy(running[cpu], "idle", THREAD_NAME);
	while (t) {		/* ends: ids rise */
		struct thread *behind = t;

		/* relaxed: a glance; it may run elsewhere by now */
		if (load_relaxed(&t->state) == THREAD_RUNNING)
			/* relaxed: as above */
			string_copy(running[load_relaxed(&t->cpu)], t->name,
				    THREAD_NAME);
		t = t->id == UINT32_MAX ? NULL : thread_find_from(t->id + 1);
		thread_put(behind);
	}
}

static const char *state_of(unsigned cpu)
{
	return cpumask_test(&cpus_online, cpu) ? "online" : "silent";
}

static void say_clock(void)
{
	bool tsc = !strcmp(clock_source(), "tsc");

	console_printf("Clock: %s; TSC at %lu.%03lu MHz%s.\n", clock_source(),
		       clock_tsc_hz() / 1000000, clock_tsc_hz() / 1000 % 1000,
		       tsc ? ", the CPUs' counters agree" : "");
}

static int cmd_cpus(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return -EINVAL;
	find_running();
	console_printf(" cpu  apic  state     runs\n");
	cpumask_for_each(cpu, &cpus_possible)
		console_printf("%4u  %4u  %-8s  %s\n", cpu, cpu_apic_id(cpu),
			       state_of(cpu), cpumask_test(&cpus_online, cpu)
			       ? running[cpu] : "(did not answer)");
	say_clock();
	return 0;
}

COMMAND("cpus", "", "each CPU, what it is doing, and the clock", cmd_cpus);

static uint64_t total_of(unsigned vector)
{
	uint64_t n = 0;

	cpumask_for_each(cpu, &cpus_possible)
		n += irq_count(vector, cpu);
	return n;
}

static void say_vector(unsigned vector, const unsigned *cpus, unsigned n)
{
	const char *name = irq_name(vector);

	console_printf("0x%02x  %-14.14s %8lu", vector, name ? name : "-",
		       total_of(vector));
	for (unsigned i = 0; i < n; i++)
		console_printf(" %8lu", irq_count(vector, cpus[i]));
	console_printf("\n");
}

/* The CPUs named, or the first ones; -EINVAL: no such CPU. */
static int choose_cpus(int argc, char **argv, unsigned *cpus, unsigned *n)
{
	uint64_t value;

	for (*n = 0; *n < (unsigned)argc - 1; ++*n) {
		if (*n == CPU_COLUMNS ||
		    !string_to_u64(argv[*n + 1], &value) ||
		    value >= NR_CPUS ||
		    !cpumask_test(&cpus_possible, (unsigned)value))
			return -EINVAL;
		cpus[*n] = (unsigned)value;
	}
	cpumask_for_each(cpu, &cpus_possible)
		if (argc == 1 && *n < CPU_COLUMNS)
			cpus[(*n)++] = cpu;
	return 0;
}

static void say_heads(const unsigned *cpus, unsigned n)
{
	console_printf(" vec  name              total");
	for (unsigned i = 0; i < n; i++) {
		char head[16];

		format_to(head, sizeof(head), "cpu%u", cpus[i]);
		console_printf(" %8s", head);
	}
	console_printf("\n");
}

static int cmd_irqs(int argc, char **argv)
{
	unsigned cpus[CPU_COLUMNS], n;

	if (choose_cpus(argc, argv, cpus, &n)) {
		console_printf("irqs: at most %u numbers of CPUs\n",
			       CPU_COLUMNS);
		return -EINVAL;
	}
	say_heads(cpus, n);
	for (unsigned vector = 32; vector < NR_VECTORS; vector++)
		if (irq_name(vector) || total_of(vector))
			say_vector(vector, cpus, n);
	return 0;
}

COMMAND("irqs", "[cpu ...]", "interrupts by vector and CPU", cmd_irqs);

static int cmd_uptime(int argc, char **argv)
{
	uint64_t ms = clock_ns() / NS_PER_MS;
	uint64_t minutes = ms / 60000;

	(void)argv;
	if (argc > 1)
		return -EINVAL;
	console_printf("up ");
	if (minutes >= 60)
		console_printf("%lu h ", minutes / 60);
	if (minutes)
		console_printf("%lu min ", minutes % 60);
	console_printf("%lu.%03lu s\n", ms / 1000 % 60, ms % 1000);
	return 0;
}

COMMAND("uptime", "", "how long it has been running", cmd_uptime);

static int cmd_reboot(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return -EINVAL;
	console_printf("Starting again.\n");
	console_flush();
	power_reboot();
}

COMMAND("reboot", "", "start the machine again", cmd_reboot);

static int cmd_poweroff(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return -EINVAL;
	console_printf("Switching off.\n");
	console_flush();
	power_off();
}

COMMAND("poweroff", "", "switch the machine off", cmd_poweroff);
