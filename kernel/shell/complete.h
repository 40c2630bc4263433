/*
 * kernel/shell/complete.h - the candidates for a word that is being typed.
 *
 * Guarantees  completion_add() takes a candidate that begins with what was
 *             typed and ignores others, so whoever supplies them may offer all
 *             it knows.  Candidates are copied, kept sorted and unique.
 * Context     One thread.
 * Limits      COMPLETIONS_MAX candidates in COMPLETION_BYTES; the others are
 *             counted in `left_out`, and still count for the common beginning.
 * See         kernel/shell/line.h, tests/kernel/test_complete.c
 */
#pragma once

#include <stddef.h>

#define COMPLETIONS_MAX		128
#define COMPLETION_BYTES	4096

struct completion {
	const char *typed;	/* the beginning of the word */
	size_t common;		/* bytes that all candidates share, from 0 */
	unsigned count;
	unsigned left_out;
	size_t used;
	const char *word[COMPLETIONS_MAX];
	char text[COMPLETION_BYTES];
};

void completion_start(struct completion *c, const char *typed);
void completion_add(struct completion *c, const char *word);

/*
 * The candidates in columns, sorted downwards, of at most `columns` characters
 * a line.  Each line is given to emit with its \n.
 */
void completion_list(const struct completion *c, unsigned columns,
		     void (*emit)(const char *text, size_t n));
