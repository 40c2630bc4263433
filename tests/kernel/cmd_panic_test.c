/*
 * tests/kernel/cmd_panic_test.c - `panic-test kind`: panics that a host watches.
 *
 * See  tests/host/test_panic.py, which says what each has to print.
 */
#include "kernel/assert.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/panic.h"
#include "kernel/printk.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "arch/atomic.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/trap.h"
#include "sched/thread.h"
#include "sync/preempt.h"

#define FLOOD_BEFORE_NS	20000000

static struct atomic32 started;

/* A thread on each online CPU but this one; how many. */
static unsigned on_others(void (*fn)(void *))
{
	unsigned here, n = 0;

	preempt_disable();
	here = cpu_id();
	preempt_enable();
	cpumask_for_each(cpu, &cpus_online) {
		struct cpumask only;
		struct thread *t;

		if (cpu == here)
			continue;
		cpumask_zero(&only);
		cpumask_set(&only, cpu);
		t = thread_create(&(struct thread_spec){
			.name = "panic-test", .fn = fn,
			.prio = PRIO_DEFAULT, .affinity = &only });
		n += t != NULL;
	}
	return n;
}

static void wait_for(unsigned n)
{
	while (load_acquire(&started) < n)	/* the threads come */
		cpu_relax();
}

static void flood(void *unused)
{
	(void)unused;
	fetch_add_acq_rel(&started, 1);
	for (unsigned i = 0;; i++)	/* until the panic stops this CPU */
		pr_info("flood %u of %u: abcdefghijklmnopqrstuvwxyz", i,
			cpu_id());
}

static void panic_draining(void)
{
	uint64_t until;

	wait_for(on_others(flood));
	until = clock_ns() + FLOOD_BEFORE_NS;
	while (clock_ns() < until)
		cpu_relax();
	panic("while others drain");
}

static void panic_too(void *unused)
{
	(void)unused;
	fetch_add_acq_rel(&started, 1);
	wait_for(cpumask_count(&cpus_online));
	panic("one of several on cpu %u", cpu_id());
}

static void panic_together(void)
{
	on_others(panic_too);
	panic_too(NULL);
}

/* a console that panics at the end of the first panic */

static void broken_write(const char *text, size_t n)
{
	static bool once;

	(void)n;
	if (!once && string_glob("*end of panic*", text)) {
		once = true;
		panic("a console is broken");
	}
}

static struct console broken = { .name = "broken", .write = broken_write };

static void panic_nested(void)
{
	console_register(&broken);
	panic("the outer one");
}

/* CPUs that are in an NMI already, and stay there */

static bool stay_in_nmi(struct trap_frame *frame)
{
	(void)frame;
	fetch_add_acq_rel(&started, 1);
	while (load_acquire(&started))	/* for ever: that is the test */
		cpu_relax();
	return true;
}

static void panic_deaf(void)
{
	preempt_disable();
	nmi_register(stay_in_nmi);
	ipi_nmi_others();
	wait_for(cpumask_count(&cpus_online) - 1);
	panic("others answer no NMI");
}

static void panic_assert(void)
{
	assert(!"what was claimed");
}

/* a chain of calls to be found in the backtrace, in this order */

static never_inline void chain_third(void)
{
	panic("at the end of a chain, %s %s %s %s %s %s", "with a message that",
	      "is so long that it takes more than one line of the console,",
	      "which is cut where a word begins, and goes on with the next",
	      "word on a line of its own, behind four blanks, so that a",
	      "reader sees that the two belong together, whatever comes",
	      "between them");
}

static never_inline void chain_second(void)
{
	chain_third();
}

static never_inline void chain_first(void)
{
	chain_second();
}

static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{ "draining", panic_draining },
	{ "together", panic_together },
	{ "nested", panic_nested },
	{ "deaf", panic_deaf },
	{ "assert", panic_assert },
	{ "chain", chain_first },
};

static int cmd_panic_test(int argc, char **argv)
{
	for (unsigned i = 0; argc == 2 && i < ARRAY_LEN(kinds); i++)
		if (!strcmp(argv[1], kinds[i].name))
			kinds[i].run();
	return -EINVAL;
}

COMMAND("panic-test", "draining|together|nested|deaf|assert|chain",
	"panics of the kernel's own tests", cmd_panic_test);
