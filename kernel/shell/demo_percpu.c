/*
 * kernel/shell/demo_percpu.c - one word for all, or one for each.
 */
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/shell/demo.h"
#include "kernel/shell/demo_crew.h"
#include "sync/percpu_counter.h"

#define MS	150

static struct atomic64 shared aligned_to(CACHE_LINE);
static struct percpu_counter counter;

static void add_to_one_word(unsigned member)
{
	while (demo_on()) {
		/* relaxed: only the sum matters, and it is read after join */
		fetch_add_relaxed(&shared, 1);
		demo_tally[member].done++;
	}
}

static uint64_t off_by(void)
{
	int64_t off = percpu_counter_sum(&counter)
		      - percpu_counter_read(&counter);

	return off < 0 ? -off : off;
}

static void add_to_its_own(unsigned member)
{
	while (demo_on()) {
		percpu_counter_add(&counter, 1);
		demo_tally[member].done++;
	}
}

void demo_percpu(void)
{
	int64_t before = percpu_counter_sum(&counter);
	uint64_t added, off;
	unsigned n;

	store_relaxed(&shared, 0);	/* relaxed: before the threads exist */
	console_printf("Each CPU adds 1 as often as it can, %u ms a row.\n",
		       MS);
	if (!demo_crew(add_to_one_word, MS))
		return;
	added = demo_sum().all.done;
	console_printf("  one word for all   %10lu added, %10lu counted\n",
		       added, load_relaxed(&shared));	/* relaxed: joined */
	n = demo_crew(add_to_its_own, MS);
	if (!n)
		return;
	off = off_by();
	console_printf("  a word for each    %10lu added, %10ld counted by "
		       "sum()\n", demo_sum().all.done,
		       percpu_counter_sum(&counter) - before);
	console_printf("read() looks at one word, and is off by %lu now; by "
		       "%u or less for each CPU.\n"
		       "On real processors the first row is slower by the "
		       "cache line that wanders; an\n"
		       "emulator has no such line, and shows the count of "
		       "instructions.\n", off, PERCPU_COUNTER_BATCH);
}
