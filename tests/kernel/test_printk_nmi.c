/*
 * tests/kernel/test_printk_nmi.c - NMIs that log, into a CPU that is logging.
 */
#include "kernel/drain.h"
#include "kernel/format.h"
#include "kernel/log.h"
#include "kernel/string.h"
#include "kernel/test.h"
#include "arch/atomic.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/trap.h"
#include "sched/thread.h"
#include "sync/preempt.h"

#define NMIS		100
#define LINES_MAX	800	/* with the NMIs', the log keeps them all */
#define PATIENCE_NS	5000000000ULL

static struct atomic32 target;	/* the CPU + 1 whose NMIs are ours, or 0 */
static struct atomic32 nmis, printed, stop;

static bool log_in_nmi(struct trap_frame *frame)
{
	(void)frame;
	if (load_acquire(&target) != cpu_id() + 1)
		return false;
	/* relaxed: only this CPU's NMIs, one at a time, add */
	pr_info("nmi line %u.", load_relaxed(&nmis));
	fetch_add_acq_rel(&nmis, 1);
	return true;
}

static void print_until_stopped(void *unused)
{
	unsigned n = 0;

	(void)unused;
	while (!load_acquire(&stop) && n < LINES_MAX) {
		pr_info("thread line %u.", n++);
		store_release(&printed, n);
	}
	while (!load_acquire(&stop))
		cpu_relax();
}

/* An online CPU that is not the caller's; NR_CPUS: none. */
static unsigned another_cpu(struct cpumask *here)
{
	unsigned mine;

	preempt_disable();
	mine = cpu_id();
	preempt_enable();
	cpumask_zero(here);
	cpumask_set(here, mine);
	cpumask_for_each(cpu, &cpus_online)
		if (cpu != mine)
			return cpu;
	return NR_CPUS;
}

/* One NMI, and its line, before the next: they would merge. */
static bool send_all(unsigned cpu)
{
	uint64_t end = clock_ns() + PATIENCE_NS;

	for (unsigned n = 0; n < NMIS; n++) {
		ipi_nmi(cpu);
		while (load_acquire(&nmis) == n && clock_ns() < end)
			cpu_relax();
		cpu_delay(n * 16);
	}
	return load_acquire(&nmis) == NMIS;
}

/* `what 0.`, `what 1.`, ... in the log from `from` on, whole and in order. */
static unsigned count_in_order(const char *what, uint64_t from)
{
	struct log_record r;
	char want[32];
	unsigned n = 0;

	for (uint64_t at = from; at < log_ring_head(&kernel_log); at++) {
		format_to(want, sizeof(want), "%s %u.", what, n);
		if (log_ring_read(&kernel_log, at, &r) == LOG_READ_OK)
			n += !strcmp(r.text, want);
	}
	return n;
}

TEST("kernel/printk", test_printk_in_an_nmi_into_a_printing_cpu)
{
	static bool registered;
	struct cpumask here, only;
	unsigned cpu = another_cpu(&here);
	uint64_t from = log_ring_head(&kernel_log);
	struct thread *printer;

	if (cpu == NR_CPUS) {
		test_skip(t, "it takes two CPUs");
		return;
	}
	if (!registered)
		nmi_register(log_in_nmi);
	registered = true;
	cpumask_zero(&only);
	cpumask_set(&only, cpu);
	store_release(&stop, 0);
	store_release(&nmis, 0);
	store_release(&printed, 0);
	printer = thread_create(&(struct thread_spec){
		.name = "printer", .fn = print_until_stopped,
		.prio = PRIO_DEFAULT, .affinity = &only });
	if (!check(t, printer))
		return;
	while (!load_acquire(&printed))	/* the printer comes */
		cpu_relax();
	store_release(&target, cpu + 1);
	check(t, send_all(cpu));
	test_note(t, "%u NMIs came while %u lines were printed", NMIS,
		  load_acquire(&printed));
	store_release(&target, 0);
	store_release(&stop, 1);
	thread_join(printer);
	check(t, count_in_order("nmi line", from) == NMIS);
	check(t, count_in_order("thread line", from) ==
		 load_acquire(&printed));
	check(t, drain_cursor() == log_ring_head(&kernel_log));
}
