/*
 * tests/checker/programs/percpu_counter.c - two CPUs add, and a handler upon one
 * of them; the sum is exact afterwards, and reading not far off.
 */
#include "sync/percpu_counter.h"

#include "tests/checker/checker.h"

#define MANY	PERCPU_COUNTER_BATCH

static struct percpu_counter counter;

static void add(void *unused)
{
	(void)unused;
	percpu_counter_add(&counter, MANY);
}

static void all_added(void)
{
	int64_t read = percpu_counter_read(&counter);

	assert(percpu_counter_sum(&counter) == 3 * MANY);
	assert(read > MANY && read < 5 * MANY);
}

void check_setup(void)
{
	check_thread("first", add, NULL);
	check_thread("second", add, NULL);
	check_interrupt(0, "handler", add, NULL);
	check_finally(all_added);
}
