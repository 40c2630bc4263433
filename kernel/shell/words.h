/*
 * kernel/shell/words.h - a command line, cut into words.
 *
 * Guarantees  words_split() takes one command off text: words separated by
 *             blanks, up to a `;`, a `#` at the start of a word, or the end.
 *             'text' is taken as it stands; in "text" and outside quotes a
 *             backslash takes the next character as it stands.
 *             Words are made in place: argv points into text.
 * Context     Any.
 * See         kernel/shell/shell.c, tests/kernel/test_words.c
 */
#pragma once

#include <stdbool.h>

#include "kernel/compiler.h"

#define WORDS_MAX	32

struct words {
	int argc;
	char *argv[WORDS_MAX + 1];	/* NULL behind the last */
	char *rest;		/* the next command's text, or NULL */
	bool open;		/* the last word reaches the end of the text */
	const char *error;	/* why it is no command, or NULL */
};

void words_split(struct words *w, char *text);
