/*
 * kernel/shell/history.h - the lines that were typed.
 *
 * Guarantees  history_add() keeps a line as the newest and forgets an equal
 *             older one; empty lines are not kept.  When the memory is full
 *             the oldest lines go.
 * Context     One thread.
 * Cost        HISTORY_BYTES; every operation reads at most all of them.
 * Limits      A line longer than HISTORY_BYTES - 1 is not kept.
 * See         kernel/shell/line.h, tests/kernel/test_history.c
 */
#pragma once

#include <stddef.h>

#define HISTORY_BYTES	4096

struct history {
	size_t used;
	unsigned count;
	char text[HISTORY_BYTES];	/* strings, the oldest first */
};

void history_add(struct history *h, const char *line);

/* The line `age` lines ago, 1 being the newest; NULL when there is none. */
const char *history_get(const struct history *h, unsigned age);
