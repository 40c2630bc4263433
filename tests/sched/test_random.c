/*
 * tests/sched/test_random.c - sched/random.h's generator; any world.
 */
#include "sched/random.h"

#include "kernel/test.h"
#include "sync/preempt.h"
#include "tests/crew.h"

/* SplitMix64 from seed 0, as its authors' program prints it. */
static const uint64_t known[] = {
	0xe220a8397b1dcdafULL, 0x6e789e6aa1b965f4ULL, 0x06c45d188009454fULL,
};

TEST("sched/random", test_the_sequence_is_splitmix64)
{
	struct random r = { 0 };

	for (unsigned i = 0; i < ARRAY_LEN(known); i++)
		check(t, random_next(&r) == known[i]);
}

TEST("sched/random", test_a_seed_repeats_its_sequence)
{
	uint64_t seed = test_random(t);
	struct random a = { seed }, b = { seed }, c = { seed + 1 };
	bool differs = false;

	for (unsigned i = 0; i < 100; i++) {
		uint64_t value = random_next(&a);

		check(t, value == random_next(&b));
		differs |= value != random_next(&c);
	}
	check(t, differs);
}

TEST("sched/random", test_below_stays_below_and_reaches_all)
{
	struct random r = { test_random(t) };
	uint32_t seen = 0;

	for (unsigned i = 0; i < 1000; i++) {
		uint64_t value = random_below(&r, 10);

		if (!check(t, value < 10))
			return;
		seen |= 1u << value;
	}
	check(t, seen == 0x3ff);
}

static uint64_t first_of(uint64_t seed)
{
	random_seed(seed);
	random_init_cpu();
	return random_u64();
}

TEST("sched/random", test_the_boot_seed_fixes_each_cpus_numbers)
{
	uint64_t seed = test_random(t);
	uint64_t once, twice, other;

	preempt_disable();
	once = first_of(seed);
	twice = first_of(seed);
	other = first_of(seed + 1);
	check(t, random_u64() != other);
	preempt_enable();
	check(t, once == twice);
	check(t, once != other);
}

static uint64_t firsts[2];

static void draw_first(unsigned member)
{
	preempt_disable();
	random_init_cpu();
	firsts[member] = random_u64();
	preempt_enable();
}

TEST("sched/random", test_cpus_have_sequences_of_their_own)
{
	if (crew_size() < 2) {
		test_skip(t, "needs two CPUs");
		return;
	}
	random_seed(test_random(t));
	crew_run(2, draw_first);
	check(t, firsts[0] != firsts[1]);
}
