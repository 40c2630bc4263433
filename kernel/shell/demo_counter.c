/*
 * kernel/shell/demo_counter.c - additions that get lost.
 *
 * One thread a CPU adds one to a shared counter.  `counter++` is a load, an
 * addition and a store; we write it as these, since a plain access to a shared
 * word does not compile here.  What another CPU stored between our load and our
 * store is overwritten: its addition is lost.
 *
 * Ordering    [A] the command's store of go -> each thread's load.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/shell/demo.h"
#include "sched/thread.h"
#include "sync/park.h"
#include "sync/spinlock.h"

#define TURNS	400

static struct atomic32 counter, go;
static struct spinlock lock = SPINLOCK_INIT;
static struct thread *threads[NR_CPUS];

static void wait_for_go(void)
{
	while (!load_acquire(&go))		/* [A] */
		cpu_relax();
}

static void add_one(void)
{
	/* relaxed: the split addition is the point of the demo */
	uint32_t seen = load_relaxed(&counter);

	cpu_relax();	/* a moment passes, as in a cache miss */
	store_relaxed(&counter, seen + 1);	/* relaxed: as above */
}

static void add_plainly(void *unused)
{
	(void)unused;
	wait_for_go();
	for (unsigned i = 0; i < TURNS; i++)
		add_one();
}

static void add_atomically(void *unused)
{
	(void)unused;
	wait_for_go();
	for (unsigned i = 0; i < TURNS; i++)
		/* relaxed: only the sum matters, and it is read after join */
		fetch_add_relaxed(&counter, 1);
}

static void add_locked(void *unused)
{
	(void)unused;
	wait_for_go();
	for (unsigned i = 0; i < TURNS; i++) {
		spin_lock(&lock);
		add_one();
		spin_unlock(&lock);
	}
}

static unsigned start_on_each_cpu(void (*fn)(void *))
{
	unsigned n = 0;

	cpumask_for_each(cpu, &cpus_online) {
		struct cpumask only = { 0 };
		struct thread_spec spec = {
			.name = "demo", .fn = fn, .prio = PRIO_DEFAULT,
			.affinity = &only,
		};

		cpumask_set(&only, cpu);
		threads[n] = thread_create(&spec);
		n += threads[n] != NULL;
	}
	return n;
}

static void show(const char *how, void (*fn)(void *))
{
	uint64_t from;
	uint32_t expected, got;
	unsigned n;

	store_relaxed(&counter, 0);	/* relaxed: before the threads exist */
	store_relaxed(&go, 0);		/* relaxed: as above */
	n = start_on_each_cpu(fn);
	from = clock_ns();
	store_release(&go, 1);		/* [A] */
	for (unsigned i = 0; i < n; i++)
		thread_join(threads[i]);
	expected = n * TURNS;
	got = load_relaxed(&counter);	/* relaxed: all have been joined */
	console_printf("  %-24s %10u %10u %10u %9lu us\n", how, expected, got,
		       expected - got, (clock_ns() - from) / 1000);
}

void demo_counter(void)
{
	console_printf("Each CPU adds 1 to one counter, %u times.\n", TURNS);
	console_printf("  %-24s %10s %10s %10s\n", "", "expected", "counted",
		       "lost");
	show("load, add, store", add_plainly);
	show("the same under a lock", add_locked);
	show("fetch_add, atomically", add_atomically);
	console_printf("A lost addition was stored over by a CPU that had "
		       "loaded before it.\n"
		       "Run it again: the first row changes, the others "
		       "never do.\n");
}
