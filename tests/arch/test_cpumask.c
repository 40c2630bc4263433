/*
 * tests/arch/test_cpumask.c - sets of CPUs, word by word.
 */
#include "arch/cpu.h"
#include "arch/cpumask.h"
#include "kernel/test.h"
#include "tests/crew.h"

#define ROUNDS	20000

/* On both sides of each word's end; those there are. */
static const unsigned some[] = { 0, 1, 31, 62, 63, 64, 65, 127, 128, 191, 192,
				 254, 255 };

TEST("arch/cpumask", test_cpumask_has_what_was_set)
{
	struct cpumask m = { 0 };
	unsigned n = 0;

	check(t, cpumask_empty(&m));
	check(t, cpumask_next(&m, 0) == NR_CPUS);
	for (unsigned i = 0; i < ARRAY_LEN(some) && some[i] < NR_CPUS; i++) {
		cpumask_set(&m, some[i]);
		check(t, !cpumask_empty(&m));
		check(t, cpumask_count(&m) == ++n);
	}
	for (unsigned i = 0; i < ARRAY_LEN(some) && some[i] < NR_CPUS; i++) {
		check(t, cpumask_test(&m, some[i]));
		check(t, cpumask_next(&m, some[i]) == some[i]);
		cpumask_clear(&m, some[i]);
		check(t, !cpumask_test(&m, some[i]));
		check(t, cpumask_count(&m) == --n);
	}
	check(t, cpumask_empty(&m));
}

TEST("arch/cpumask", test_cpumask_is_walked_to_its_end)
{
	struct cpumask m, one = { 0 }, both;
	unsigned next = 0;

	cpumask_fill(&m);
	cpumask_for_each(cpu, &m)
		check(t, cpu == next++);
	check(t, next == NR_CPUS);
	cpumask_set(&one, NR_CPUS - 1);
	check(t, cpumask_next(&one, 0) == NR_CPUS - 1);
	cpumask_set(&one, 0);
	cpumask_copy(&both, &one);
	cpumask_clear(&m, 0);
	cpumask_and(&both, &m);
	check(t, cpumask_count(&both) == 1);
	check(t, cpumask_test(&both, NR_CPUS - 1));
	cpumask_clear(&one, NR_CPUS - 1);
	check(t, !cpumask_empty(&one));
	cpumask_and(&one, &m);
	check(t, cpumask_empty(&one));
}

static struct cpumask shared;
static struct atomic32 here, lost;

/* Each its own bit, of one word. */
static void set_and_clear(unsigned member)
{
	/* relaxed, both: all at once, or a few late */
	fetch_add_relaxed(&here, 1);
	while (load_relaxed(&here) < crew_size())	/* relaxed: as above */
		cpu_relax();
	for (unsigned i = 0; i < ROUNDS; i++) {
		cpumask_set(&shared, member);
		if (!cpumask_test(&shared, member))
			fetch_add_relaxed(&lost, 1); /* relaxed: a count */
		cpumask_clear(&shared, member);
		if (cpumask_test(&shared, member))
			fetch_add_relaxed(&lost, 1); /* relaxed: a count */
	}
}

TEST("arch/cpumask", test_cpumask_bits_are_changed_by_many_at_once)
{
	store_relaxed(&here, 0);	/* relaxed: before the crew starts */
	store_relaxed(&lost, 0);	/* relaxed: before the crew starts */
	crew_run(crew_size(), set_and_clear);
	check(t, load_relaxed(&lost) == 0);	/* relaxed: crew has joined */
	check(t, cpumask_empty(&shared));
}
