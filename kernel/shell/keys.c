/*
 * kernel/shell/keys.c - control characters, sequences and UTF-8.
 *
 * Invariant   Either a sequence is under way (state), or a character (missing
 *             bytes of it), or neither.
 * References  xterm's "Control Sequences"; the VT220 for ESC [ n ~; GNU
 *             readline's emacs bindings; The Unicode Standard, table 3-7.
 */
#include "kernel/shell/keys.h"

#include "kernel/compiler.h"

#define ESC	0x1b
#define DEL	0x7f
#define CONTROL(c)	((c) & 0x1f)

enum { PLAIN, ESCAPE, SEQUENCE, ONE_MORE };

static const uint8_t control[32] = {
	[CONTROL('A')] = KEY_HOME,	[CONTROL('B')] = KEY_LEFT,
	[CONTROL('C')] = KEY_ABANDON,	[CONTROL('D')] = KEY_DELETE_OR_END,
	[CONTROL('E')] = KEY_END,	[CONTROL('F')] = KEY_RIGHT,
	[CONTROL('H')] = KEY_ERASE,	[CONTROL('I')] = KEY_COMPLETE,
	[CONTROL('J')] = KEY_ENTER,	[CONTROL('K')] = KEY_DELETE_ALL,
	[CONTROL('L')] = KEY_CLEAR,	[CONTROL('M')] = KEY_ENTER,
	[CONTROL('N')] = KEY_NEWER,	[CONTROL('P')] = KEY_OLDER,
	[CONTROL('U')] = KEY_ERASE_ALL,	[CONTROL('W')] = KEY_ERASE_WORD,
	[CONTROL('Y')] = KEY_YANK,
};

/* ESC [ n ~ */
static const uint8_t numbered[] = {
	[1] = KEY_HOME, [3] = KEY_DELETE, [4] = KEY_END, [7] = KEY_HOME,
	[8] = KEY_END,
};

static enum key after_escape(struct keys *k, uint8_t byte)
{
	k->state = PLAIN;
	switch (byte) {
	case '[':
		k->state = SEQUENCE;
		k->nr_params = k->param[0] = k->param[1] = 0;
		return KEY_NONE;
	case 'O':
		k->state = ONE_MORE;
		return KEY_NONE;
	case ESC:
		k->state = ESCAPE;
		return KEY_NONE;
	case 'b':
		return KEY_WORD_LEFT;
	case 'f':
		return KEY_WORD_RIGHT;
	case 'd':
		return KEY_DELETE_WORD;
	case DEL:
	case '\b':
		return KEY_ERASE_WORD;
	}
	return KEY_NONE;
}

/* With Ctrl or Alt held, left and right go by words. */
static enum key sequence_key(const struct keys *k, uint8_t final)
{
	bool by_word = k->param[1] > 2;

	switch (final) {
	case 'A':
		return KEY_OLDER;
	case 'B':
		return KEY_NEWER;
	case 'C':
		return by_word ? KEY_WORD_RIGHT : KEY_RIGHT;
	case 'D':
		return by_word ? KEY_WORD_LEFT : KEY_LEFT;
	case 'F':
		return KEY_END;
	case 'H':
		return KEY_HOME;
	case '~':
		if (k->param[0] == 3 && by_word)
			return KEY_DELETE_WORD;
		if (k->param[0] < ARRAY_LEN(numbered))
			return numbered[k->param[0]];
	}
	return KEY_NONE;
}

static enum key in_sequence(struct keys *k, uint8_t byte)
{
	uint8_t *param = &k->param[k->nr_params];

	if (byte >= '0' && byte <= '9') {
		*param = *param > 24 ? 255
				     : (uint8_t)(*param * 10 + byte - '0');
		return KEY_NONE;
	}
	if (byte == ';' && k->nr_params == 0) {
		k->nr_params = 1;
		return KEY_NONE;
	}
	if (byte < 0x40)
		return KEY_NONE;
	k->state = PLAIN;
	return sequence_key(k, byte);
}

static enum key broken(struct keys *k)
{
	k->missing = 0;
	k->broken = true;
	return KEY_NONE;
}

/*
 * The first byte says how many follow.  0xc0, 0xc1 and above 0xf4 never begin a
 * character.
 */
static enum key begin_character(struct keys *k, uint8_t byte)
{
	if (byte < 0xc2 || byte > 0xf4)
		return broken(k);
	k->missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
	k->text[0] = (char)byte;
	k->text_size = 1;
	return KEY_NONE;
}

/* Second bytes that would make the character overlong or too large. */
static bool second_is_wrong(uint8_t first, uint8_t second)
{
	return (first == 0xe0 && second < 0xa0) ||
	       (first == 0xed && second >= 0xa0) ||
	       (first == 0xf0 && second < 0x90) ||
	       (first == 0xf4 && second >= 0x90) ||
	       (first == 0xc2 && second < 0xa0);	/* control characters */
}

static enum key continue_character(struct keys *k, uint8_t byte)
{
	if (k->text_size == 1 && second_is_wrong((uint8_t)k->text[0], byte))
		return broken(k);
	k->text[k->text_size++] = (char)byte;
	return --k->missing ? KEY_NONE : KEY_TEXT;
}

static enum key plain(struct keys *k, uint8_t byte)
{
	if (byte >= 0x80 && byte < 0xc0 && k->missing)
		return continue_character(k, byte);
	if (k->missing)
		broken(k);		/* the one before was cut off */
	if (byte >= 0x80)
		return begin_character(k, byte);
	if (byte == DEL)
		return KEY_ERASE;
	if (byte == ESC) {
		k->state = ESCAPE;
		return KEY_NONE;
	}
	if (byte < ' ')
		return control[byte];
	k->text[0] = (char)byte;
	k->text_size = 1;
	return KEY_TEXT;
}

enum key keys_byte(struct keys *k, uint8_t byte)
{
	bool second_half = byte == '\n' && k->after_return;

	k->after_return = byte == '\r';
	if (second_half)
		return KEY_NONE;
	if (byte < ' ' && byte != ESC && byte != '\b')
		k->state = PLAIN;	/* no sequence holds it: cut off */
	switch (k->state) {
	case ESCAPE:
		return after_escape(k, byte);
	case SEQUENCE:
		if (byte == ESC)
			break;
		return in_sequence(k, byte);
	case ONE_MORE:
		if (byte == ESC)
			break;
		k->state = PLAIN;
		k->param[1] = 0;
		return byte == '~' ? KEY_NONE : sequence_key(k, byte);
	}
	k->state = PLAIN;
	return plain(k, byte);
}
