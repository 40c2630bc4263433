/*
 * tests/kernel/test_printk_nmi.c - NMIs that log, into a CPU that is logging.
 */
#include "kernel/console.h"
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
#define LINES_PER_NMI	7	/* with the NMIs' own, the log keeps them all */
#define WRITE_TURNS	1000000
#define PATIENCE_NS	5000000000ULL

static struct atomic32 target;	/* the CPU + 1 whose NMIs are ours, or 0 */
static struct atomic32 asked;	/* NMIs that are, or will be, sent */
static struct atomic32 nmis, printed, stop;
static struct atomic32 inside;	/* the printer is in printk() */
static struct atomic32 in_write;	/* the console is to send them */
static struct atomic32 struck;	/* NMIs that came just then */

static bool log_in_nmi(struct trap_frame *frame)
{
	(void)frame;
	if (load_acquire(&target) != cpu_id() + 1)
		return false;
	/* relaxed: only this CPU's NMIs, one at a time, add */
	pr_info("nmi line %u.", load_relaxed(&nmis));
	fetch_add_acq_rel(&struck, load_acquire(&inside));
	fetch_add_acq_rel(&nmis, 1);
	return true;
}

static void print_until_stopped(void *unused)
{
	unsigned n = 0;

	(void)unused;
	while (!load_acquire(&stop)) {
		if (n >= LINES_PER_NMI * load_acquire(&asked)) {
			cpu_relax();
			continue;
		}
		store_release(&inside, 1);
		pr_info("thread line %u.", n++);
		store_release(&inside, 0);
		store_release(&printed, n);
	}
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
		store_release(&asked, n + 2);
		ipi_nmi(cpu);
		while (load_acquire(&nmis) == n && clock_ns() < end)
			cpu_relax();
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

/* Its write(), in the middle of a line's way out, sends this CPU an NMI. */
static void write_with_nmi(const char *text, size_t n)
{
	uint32_t before = load_acquire(&nmis);

	if (!load_acquire(&in_write) || load_acquire(&target) != cpu_id() + 1 ||
	    n < 2 || !string_glob("*thread line*", text))
		return;
	ipi_nmi(cpu_id());
	for (unsigned i = 0; i < WRITE_TURNS && load_acquire(&nmis) == before;
	     i++)
		cpu_relax();
}

static struct console nmi_console = {
	.name = "nmi", .write = write_with_nmi,
};

static void take_nmis(void)
{
	static bool registered;

	if (!registered) {
		nmi_register(log_in_nmi);
		console_register(&nmi_console);
	}
	registered = true;
	store_release(&nmis, 0);
	store_release(&struck, 0);
}

TEST("kernel/printk", test_printk_in_an_nmi_inside_a_consoles_write)
{
	uint64_t from = log_ring_head(&kernel_log);

	take_nmis();
	preempt_disable();
	store_release(&target, cpu_id() + 1);
	store_release(&inside, 1);
	store_release(&in_write, 1);
	for (unsigned n = 0; n < NMIS; n++)
		pr_info("thread line %u.", n);
	store_release(&in_write, 0);
	store_release(&inside, 0);
	store_release(&target, 0);
	preempt_enable();
	check(t, load_acquire(&struck) == NMIS);
	check(t, count_in_order("nmi line", from) == NMIS);
	check(t, count_in_order("thread line", from) == NMIS);
	check(t, drain_cursor() >= from + 2 * NMIS);
}

TEST("kernel/printk", test_printk_in_an_nmi_into_a_printing_cpu)
{
	struct cpumask here, only;
	unsigned cpu = another_cpu(&here);
	uint64_t from = log_ring_head(&kernel_log);
	struct thread *printer;

	if (cpu == NR_CPUS) {
		test_skip(t, "it takes two CPUs");
		return;
	}
	take_nmis();
	cpumask_zero(&only);
	cpumask_set(&only, cpu);
	store_release(&stop, 0);
	store_release(&printed, 0);
	store_release(&asked, 1);
	printer = thread_create(&(struct thread_spec){
		.name = "printer", .fn = print_until_stopped,
		.prio = PRIO_DEFAULT, .affinity = &only });
	if (!check(t, printer))
		return;
	while (load_acquire(&printed) < LINES_PER_NMI)	/* the printer comes */
		cpu_relax();
	store_release(&target, cpu + 1);
	if (check(t, send_all(cpu)))	/* else more may come */
		store_release(&target, 0);
	test_note(t, "%u of %u NMIs struck inside printk()",
		  load_acquire(&struck), NMIS);
	store_release(&stop, 1);
	thread_join(printer);
	check(t, count_in_order("nmi line", from) == NMIS);
	check(t, count_in_order("thread line", from) ==
		 load_acquire(&printed));
	check(t, drain_cursor() == log_ring_head(&kernel_log));
}
