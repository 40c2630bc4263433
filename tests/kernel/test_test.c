/*
 * tests/kernel/test_test.c - the runner's own promises.
 *
 * What it prints is checked from outside, by the suites that read KTAP.
 */
#include "kernel/test.h"

#include "kernel/string.h"

TEST("kernel/test", test_check_counts_and_returns_its_condition)
{
	struct test inner = { .name = "inner" };

	check(t, test_check(&inner, true, "x", "file", 1));
	check(t, inner.failed == 0);
	test_note(t, "the next complaint is deliberate");
	check(t, !test_check(&inner, false, "deliberate", "file", 1));
	check(t, inner.failed == 1);
}

TEST("kernel/test", test_random_repeats_for_a_seed_and_differs_between)
{
	struct test a = { .seed = t->seed }, b = a, c = { .seed = t->seed + 1 };
	unsigned same = 0;

	for (unsigned i = 0; i < 100; i++) {
		uint64_t x = test_random(&a);

		check(t, x == test_random(&b));
		same += x == test_random(&c);
	}
	check(t, same == 0);
}

/* Every bit is one about half of the time. */
TEST("kernel/test", test_random_moves_every_bit)
{
	unsigned ones[64] = { 0 };

	for (unsigned i = 0; i < 1000; i++) {
		uint64_t x = test_random(t);

		for (unsigned bit = 0; bit < 64; bit++)
			ones[bit] += x >> bit & 1;
	}
	for (unsigned bit = 0; bit < 64; bit++)
		check(t, ones[bit] > 400 && ones[bit] < 600);
}

TEST("kernel/test", test_skip_keeps_the_reason)
{
	struct test inner = { .name = "inner" };

	test_skip(&inner, "because");
	check(t, strcmp(inner.skipped, "because") == 0);
}
