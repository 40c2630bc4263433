/*
 * kernel/test.c - runs the tests and reports as KTAP.
 *
 * Invariant   One result line for each test of the plan, in its order; lines
 *             of diagnosis stand before the result they explain.  A test's
 *             seed depends on the run's seed and its full name only.
 * References  Linux, Documentation/dev-tools/ktap.rst (KTAP version 1);
 *             Fowler, Noll and Vo's FNV-1a; Steele et al., OOPSLA 2014
 *             (SplitMix64).
 */
#include "kernel/test.h"

#include <stdarg.h>

#include "kernel/console.h"
#include "kernel/event.h"
#include "kernel/format.h"
#include "kernel/string.h"

#define FAILURES_SHOWN	10	/* of one test */

/* The linker collects what TEST() leaves; see linker.ld. */
extern const struct test_case __start_test_cases[];
extern const struct test_case __stop_test_cases[];

struct totals {
	unsigned passed;
	unsigned failed;
	unsigned skipped;
};

bool test_check(struct test *t, bool ok, const char *cond, const char *file,
		int line)
{
	if (ok)
		return true;
	t->failed++;
	if (t->failed <= FAILURES_SHOWN)
		test_note(t, "%s:%d: check(%s) failed", file, line, cond);
	return false;
}

void test_note(struct test *t, const char *fmt, ...)
{
	char text[200];
	va_list args;

	va_start(args, fmt);
	format(text, sizeof(text), fmt, args);
	va_end(args);
	console_printf("# %s: %s\n", t->name, text);
}

void test_skip(struct test *t, const char *why)
{
	t->skipped = why;
}

uint64_t test_random(struct test *t)
{
	uint64_t z = t->seed += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3;
	return hash;
}

static uint64_t seed_of(const struct test_case *c, uint64_t seed)
{
	struct test mixer = { .seed = seed ^ 0xcbf29ce484222325 };

	mixer.seed = hash_text(test_random(&mixer), c->suite);
	mixer.seed = hash_text(mixer.seed, "/");
	mixer.seed = hash_text(mixer.seed, c->name);
	return test_random(&mixer);
}

static bool matches(const struct test_case *c, const char *glob)
{
	char full[128];

	format_to(full, sizeof(full), "%s/%s", c->suite, c->name);
	return string_glob(glob, full) || string_glob(glob, c->suite) ||
	       string_glob(glob, c->name);
}

static unsigned count_matches(const char *glob)
{
	unsigned n = 0;

	for (const struct test_case *c = __start_test_cases;
	     c < __stop_test_cases; c++)
		n += matches(c, glob);
	return n;
}

static void report(const struct test_case *c, const struct test *t,
		   unsigned number, struct totals *totals)
{
	if (t->failed > FAILURES_SHOWN)
		console_printf("# %s: %u more checks failed\n", t->name,
			       t->failed - FAILURES_SHOWN);
	if (t->failed) {
		totals->failed++;
		console_printf("not ok %u %s/%s\n", number, c->suite, c->name);
	} else if (t->skipped) {
		totals->skipped++;
		console_printf("ok %u %s/%s # SKIP %s\n", number, c->suite,
			       c->name, t->skipped);
	} else {
		totals->passed++;
		console_printf("ok %u %s/%s\n", number, c->suite, c->name);
	}
}

static const char *(*around)(const char *name, enum test_phase phase);

void test_around(const char *(*fn)(const char *name, enum test_phase phase))
{
	around = fn;
}

void test_breaks_rules(struct test *t)
{
	if (around)
		(void)around(t->name, TEST_BREAKS_RULES);
}

static void run_watched(const struct test_case *c, struct test *t)
{
	const char *wrong;

	if (around)
		(void)around(c->name, TEST_BEGINS);
	c->run(t);
	wrong = around ? around(c->name, TEST_ENDS) : NULL;
	if (!wrong)
		return;
	t->failed++;
	console_printf("# %s: %s\n", t->name, wrong);
}

static void run_one(const struct test_case *c, unsigned number, uint64_t seed,
		    struct totals *totals)
{
	struct test t = { .name = c->name, .seed = seed_of(c, seed) };
	uint64_t index = c - __start_test_cases;

	event(EVENT_TEST_BEGIN, index, t.seed);
	run_watched(c, &t);
	event(EVENT_TEST_END, index, t.failed);
	report(c, &t, number, totals);
}

bool test_run(const char *glob, uint64_t seed)
{
	struct totals totals = { 0 };
	unsigned number = 0;

	console_printf("KTAP version 1\n");
	console_printf("1..%u\n", count_matches(glob));
	console_printf("# test=%s seed=0x%lx\n", glob, seed);
	for (const struct test_case *c = __start_test_cases;
	     c < __stop_test_cases; c++)
		if (matches(c, glob))
			run_one(c, ++number, seed, &totals);
	if (number == 0)
		console_printf("# no test matches %s\n", glob);
	console_printf("# passed %u failed %u skipped %u\n", totals.passed,
		       totals.failed, totals.skipped);
	return number > 0 && totals.failed == 0;
}

void test_list(const char *glob)
{
	for (const struct test_case *c = __start_test_cases;
	     c < __stop_test_cases; c++)
		if (matches(c, glob))
			console_printf("%s/%s\n", c->suite, c->name);
}
