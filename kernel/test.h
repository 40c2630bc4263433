/*
 * kernel/test.h - how a suite states and checks its claims.
 *
 * Guarantees  TEST(suite, name) { ... } defines one test, whose name is the
 *             claim.  check(t, cond) records a failure with its place and goes
 *             on; it returns cond.  The runner prints KTAP for people and
 *             emits events; it never decides a grade.
 *             The same file builds in the kernel and in the hosted worlds.
 * Context     A test runs in a thread that may sleep.
 * See         kernel/test.c, tests/worlds/test_main.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

struct test {
	const char *name;
	uint64_t seed;		/* of this test; test_random() draws from it */
	unsigned failed;	/* checks that failed */
	const char *skipped;	/* why, or NULL */
};

struct test_case {
	const char *suite;	/* as in "mm/frame" */
	const char *name;
	void (*run)(struct test *t);
};

#define TEST(suite_, name_) \
	static void name_(struct test *t); \
	static const struct test_case name_##_case \
		in_section("test_cases") aligned_to(8) = \
		{ suite_, #name_, name_ }; \
	static void name_(struct test *t __attribute__((unused)))

bool test_check(struct test *t, bool ok, const char *cond, const char *file,
		int line);
#define check(t, cond) test_check(t, cond, #cond, __FILE__, __LINE__)

/* A line of diagnosis in the KTAP stream. */
void test_note(struct test *t, const char *fmt, ...) printf_like(2, 3);

/* The machine cannot show this claim; say why and return from the test. */
void test_skip(struct test *t, const char *why);

uint64_t test_random(struct test *t);

/*
 * Runs the tests whose "suite/name", suite or name the glob matches, in the
 * order they are linked.  Each test's own seed comes from seed and from its
 * full name, so it is the same whether it runs alone or among others.  True
 * when at least one test matched and none failed.  Context: thread.
 */
bool test_run(const char *glob, uint64_t seed) must_check;

/*
 * fn() is called as each test begins and ends; at its end it returns what was
 * wrong beside what the test saw, or NULL.
 */
enum test_phase { TEST_BEGINS, TEST_BREAKS_RULES, TEST_ENDS };
void test_around(const char *(*fn)(const char *name, enum test_phase phase));

/* From now on the test uses locks wrongly on purpose. */
void test_breaks_rules(struct test *t);

/* The full names that the glob matches, a line each. */
void test_list(const char *glob);
