/*
 * tests/checker/explore.h - the search, and a run by a given schedule.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct tally {
	uint64_t runs, blocked, steps;
	bool complete;		/* nothing that could differ was left out */
};

/* Until a failure, the end, or the limit. */
void explore(struct tally *t);

/* Did it fail?  What a lane cannot do is left out. */
bool run_script(const uint8_t *lanes, const uint8_t *choices, int length);

/* Called before the last step of a schedule is taken: gdb stops here. */
void check_fatal_step(void);
