/*
 * kernel/shell/line.h - editing one line on any terminal.
 *
 * Guarantees  line_byte() takes one byte of input and keeps the terminal
 *             showing the line and its cursor.  The text is always valid UTF-8
 *             without control characters, and terminated.
 *             It uses one row, of at most `columns`; a longer line scrolls
 *             sideways.  All it sends is text, \r, \n, \a and the sequences
 *             ESC [ K, C, H and J.
 *             Bytes that do not fit are counted in `lost`, with a \a for
 *             the first; bytes that are no UTF-8 become `?`.
 * Context     One thread.
 * Cost        A character typed at the end: its bytes.  Anything else: the row.
 * Limits      LINE_BYTES - 1 bytes.  Every character is taken to be one column
 *             wide.
 * See         kernel/shell/keys.h, tests/kernel/test_line.c
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/shell/keys.h"

#define LINE_BYTES	1024
#define LINE_OUT	128

struct completion;
struct history;

enum line_event {
	LINE_MORE,
	LINE_DONE,		/* Enter: text is the line */
	LINE_ABANDONED,		/* Ctrl-C */
	LINE_END,		/* Ctrl-D on an empty line */
};

struct line {
	/* the owner's */
	const char *prompt;
	unsigned columns;
	void (*emit)(const char *text, size_t n);
	/* starts and fills c for the word that ends at text[cursor] */
	void (*complete)(struct completion *c, const char *text, size_t cursor);
	struct completion *completion;
	struct history *history;

	char text[LINE_BYTES];
	size_t length;
	size_t cursor;		/* a byte of text that begins a character */
	size_t lost;

	size_t first;		/* the leftmost byte shown */
	unsigned column;	/* characters from first to the cursor */
	unsigned age;		/* of the history's line shown; 0: our own */
	char draft[LINE_BYTES];	/* our own, while age is not 0 */
	char erased[LINE_BYTES];	/* what KEY_YANK puts back */

	struct keys keys;
	size_t out_size;
	char out[LINE_OUT];	/* on its way to emit */
};

/* An empty line, with its prompt. */
void line_start(struct line *l);

enum line_event line_byte(struct line *l, uint8_t byte);
