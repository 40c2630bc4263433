/*
 * tests/checker/explore.h - the search, and a run by a given schedule.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct tally {
	uint64_t runs, blocked, steps;
	bool complete;		/* nothing that could differ was left out */
	bool stood;		/* at an end, the frozen lane was not done */
};

/* Until a failure, the end, or the limit. */
void explore(struct tally *t);

/* Did it fail?  What a lane cannot do is left out. */
bool run_script(const uint8_t *lanes, const uint8_t *choices, int length);

/* gdb stops here: before a token is followed, and before its last step. */
void check_replay_begins(void);
void check_fatal_step(void);
