/*
 * kernel/shell/keys.h - the keys behind a terminal's bytes.
 *
 * Guarantees  keys_byte() takes any bytes, one at a time, and says which key
 *             they complete.  KEY_TEXT comes with one character in text: valid
 *             UTF-8, no control character.  Sequences that mean nothing here
 *             are swallowed whole.  \r\n is one Enter.
 *             `broken` is set with the key before which bytes were dropped
 *             because they are no UTF-8.
 * Context     Any; the state is the caller's.
 * Limits      A lone ESC waits for the next byte, as in every line editor.
 * See         kernel/shell/line.h, tests/kernel/test_line.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum key {
	KEY_NONE,		/* more bytes are needed */
	KEY_TEXT,
	KEY_ENTER,
	KEY_COMPLETE,
	KEY_LEFT, KEY_RIGHT, KEY_WORD_LEFT, KEY_WORD_RIGHT,
	KEY_HOME, KEY_END,
	KEY_ERASE, KEY_DELETE,	/* the character before, under the cursor */
	KEY_ERASE_WORD, KEY_DELETE_WORD,
	KEY_ERASE_ALL, KEY_DELETE_ALL,	/* to the beginning, to the end */
	KEY_YANK,		/* put back what was erased last */
	KEY_OLDER, KEY_NEWER,
	KEY_CLEAR,
	KEY_ABANDON,		/* Ctrl-C */
	KEY_DELETE_OR_END,	/* Ctrl-D */
};

struct keys {
	uint8_t state;
	uint8_t param[2];	/* of the sequence under way */
	uint8_t nr_params;
	uint8_t missing;	/* bytes of the character under way */
	bool after_return;
	bool broken;
	uint8_t text_size;
	char text[4];
};

enum key keys_byte(struct keys *k, uint8_t byte);
