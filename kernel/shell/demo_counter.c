/*
 * kernel/shell/demo_counter.c - additions that get lost.
 *
 * Every CPU adds one to a shared counter.  `counter++` is a load, an addition
 * and a store; we write it as these, since a plain access to a shared word does
 * not compile here.  What another CPU stored between our load and our store is
 * overwritten: its addition is lost.
 */
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/shell/demo.h"
#include "kernel/shell/demo_crew.h"
#include "sync/spinlock.h"

#define MS	100

static struct atomic32 counter;
static struct spinlock lock = SPINLOCK_INIT;

static void add_one(void)
{
	/* relaxed: the split addition is the point of the demo */
	uint32_t seen = load_relaxed(&counter);

	cpu_relax();	/* a moment passes, as in a cache miss */
	store_relaxed(&counter, seen + 1);	/* relaxed: as above */
}

static void add_plainly(unsigned member)
{
	while (demo_on()) {
		add_one();
		demo_tally[member].done++;
	}
}

static void add_locked(unsigned member)
{
	while (demo_on()) {
		spin_lock(&lock);
		add_one();
		spin_unlock(&lock);
		demo_tally[member].done++;
	}
}

static void add_atomically(unsigned member)
{
	while (demo_on()) {
		/* relaxed: only the sum matters, and it is read after join */
		fetch_add_relaxed(&counter, 1);
		demo_tally[member].done++;
	}
}

static void show(const char *how, void (*fn)(unsigned member))
{
	uint64_t added;
	uint32_t got;

	store_relaxed(&counter, 0);	/* relaxed: before the threads exist */
	if (!demo_crew(fn, MS))
		return;
	added = demo_sum().all.done;
	got = load_relaxed(&counter);	/* relaxed: all have been joined */
	console_printf("  %-24s %10lu %10u %10lu\n", how, added, got,
		       added - got);
}

void demo_counter(void)
{
	console_printf("Each CPU adds 1 to one counter, for %u ms.\n", MS);
	console_printf("  %-24s %10s %10s %10s\n", "", "added", "counted",
		       "lost");
	show("load, add, store", add_plainly);
	show("the same under a lock", add_locked);
	show("fetch_add, atomically", add_atomically);
	console_printf("A lost addition was stored over by a CPU that had "
		       "loaded before it.\n"
		       "Run it again: the first row changes, the others "
		       "never lose one.\n");
}
