/*
 * tests/litmus/checked.c - one litmus test as a program of the checker.
 *
 * --arg= says which test, the choice (see litmus_ops.h) and whether memory is
 * weak.  An outcome is told as v00, v01 ... in the order of the test's places.
 */
#include "tests/litmus/checked/litmus_ops.h"

#include <stdio.h>

#include "tests/checker/checker.h"

#define MANY	16

uint64_t litmus_choice;
bool litmus_weak;
struct litmus_word litmus_began[MANY];
struct litmus_word litmus_over[MANY];

static const struct litmus_test *now;
static struct litmus_instance instance;

static void thread_run(void *arg)
{
	now->thread[(uintptr_t)arg](&instance);
}

static void tell(void)
{
	static const char *const name[] = {
		"v00", "v01", "v02", "v03", "v04", "v05", "v06", "v07", "v08",
		"v09", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17",
		"v18", "v19", "v20", "v21", "v22", "v23",
	};

	for (unsigned t = 0; t < now->threads; t++)
		if (!instance.whole[t]) {
			check_outcome("void", 1);
			return;
		}
	for (unsigned k = 0; k < now->places; k++)
		check_outcome(name[k], (uint64_t)litmus_value(&instance,
							      &now->place[k]));
}

/* "test:choice:weak" */
void check_setup(void)
{
	static const char *const name[] = { "P0", "P1", "P2", "P3", "P4", "P5" };
	unsigned test = 0, weak = 0;
	unsigned long long choice = 0;

	(void)sscanf(check_argument(), "%u:%llu:%u", &test, &choice, &weak);
	now = &litmus_tests[test % litmus_count];
	litmus_choice = choice;
	litmus_weak = weak;
	litmus_init(&instance, now);
	for (uintptr_t t = 0; t < now->threads; t++)
		(void)check_thread(name[t], thread_run, (void *)t);
	check_finally(tell);
}
