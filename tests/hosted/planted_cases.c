/*
 * tests/hosted/planted_cases.c - cases for tests/host/test_runner.py.
 *
 * They pass, fail and skip on purpose, so that the runner itself can be judged
 * from outside: a check() that recorded nothing would make all else green.
 */
#include "kernel/test.h"

TEST("planted/pass", test_planted_passes)
{
	test_note(t, "drew 0x%016lx", test_random(t));
	check(t, true);
}

TEST("planted/pass", test_planted_passes_too)
{
	test_note(t, "drew 0x%016lx", test_random(t));
}

TEST("planted/fail", test_planted_fails)
{
	check(t, 1 + 1 == 3);
	check(t, true);
}

TEST("planted/fail", test_planted_fails_often)
{
	for (unsigned i = 0; i < 25; i++)
		check(t, i > 100);
}

TEST("planted/skip", test_planted_skips)
{
	test_skip(t, "not here");
}

TEST("planted/skip", test_planted_fails_and_skips)
{
	check(t, false);
	test_skip(t, "not here either");
}
