/*
 * arch/x86_64/scancode.c - scan code set 1, US layout.
 *
 * Invariant   A key sends its code when pressed and code | 0x80 when released.
 *             Keys that the first PC did not have send 0xe0 before it; Pause
 *             sends 0xe1 and two bytes, twice.  With 0xe0, the codes of the
 *             Shift keys are no keys: they cancel Shift for old programs.
 * References  IBM, Personal System/2 Hardware Interface Technical Reference,
 *             1988, "Keyboard (101- and 102-key)", scan code set 1; ECMA-48;
 *             xterm's "Control Sequences" for modified arrows.
 */
#include "arch/x86_64/scancode.h"


#define RELEASED	0x80
#define KEYPAD_FIRST	0x47
#define KEYPAD_LAST	0x53

enum {
	KEY_ENTER = 0x1c, KEY_CONTROL = 0x1d, KEY_SHIFT_LEFT = 0x2a,
	KEY_SLASH = 0x35, KEY_SHIFT_RIGHT = 0x36, KEY_ALT = 0x38,
	KEY_SPACE = 0x39, KEY_CAPS_LOCK = 0x3a, KEY_NUM_LOCK = 0x45,
	KEY_102ND = 0x56,
};

static const char plain[] =
	"\0\x1b" "1234567890-=\x7f\tqwertyuiop[]\r\0asdfghjkl;'`\0\\"
	"zxcvbnm,./\0*\0 ";
static const char shifted[] =
	"\0\x1b" "!@#$%^&*()_+\x7f\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|"
	"ZXCVBNM<>?\0*\0 ";

_Static_assert(sizeof(plain) == KEY_SPACE + 2, "one entry for each code");
_Static_assert(sizeof(shifted) == sizeof(plain), "the same keys");

/* 0x47 .. 0x53: what the keypad types, and what its keys do otherwise. */
static const char keypad[] = "789-456+1230.";
static const char *const moves[] = {
	"H", "A", "5~", "", "D", "", "C", "", "F", "B", "6~", "2~", "3~",
};

static unsigned append(char *out, unsigned n, const char *text)
{
	while (*text)
		out[n++] = *text++;
	return n;
}

static void follow(uint8_t *held, uint8_t bit, bool down)
{
	if (down)
		*held |= bit;
	else
		*held &= (uint8_t)~bit;
}

/* Keys that type nothing themselves.  True: it was one. */
static bool modifier(struct scancode_state *s, uint8_t key, bool extended,
		     bool down)
{
	switch (key) {
	case KEY_SHIFT_LEFT:
	case KEY_SHIFT_RIGHT:
		if (!extended)
			follow(&s->shifts, key == KEY_SHIFT_LEFT ? 1 : 2, down);
		return true;
	case KEY_CONTROL:
		follow(&s->controls, extended ? 2 : 1, down);
		return true;
	case KEY_ALT:
		follow(&s->alts, extended ? 2 : 1, down);
		return true;
	case KEY_CAPS_LOCK:
		s->caps_lock ^= down;
		return true;
	case KEY_NUM_LOCK:
		s->num_lock ^= down;
		return true;
	}
	return false;
}

/* ESC [ A, or with modifiers held ESC [ 1 ; 5 A and ESC [ 3 ; 5 ~. */
static unsigned move(const struct scancode_state *s, const char *how, char *out)
{
	unsigned with = (s->shifts ? 1 : 0) | (s->alts ? 2 : 0) |
			(s->controls ? 4 : 0);
	char modifiers[] = { ';', (char)('1' + with), 0 };
	unsigned n;

	if (!how[0])
		return 0;
	n = append(out, 0, "\x1b[");
	if (!with)
		return append(out, n, how);
	out[n++] = how[1] ? how[0] : '1';
	n = append(out, n, modifiers);
	return append(out, n, how[1] ? "~" : how);
}

static unsigned type(const struct scancode_state *s, char c, char *out)
{
	unsigned n = 0;

	if (c == '\t' && s->shifts)
		return append(out, 0, "\x1b[Z");
	if (s->alts)
		out[n++] = '\x1b';
	if (s->controls && c >= '@' && c <= '~')
		c &= 0x1f;
	else if (s->controls && c == ' ')
		c = 0;
	out[n++] = c;
	return n;
}

static char letter_or_sign(const struct scancode_state *s, uint8_t key)
{
	char c = plain[key];
	bool shift = s->shifts != 0;

	if (c >= 'a' && c <= 'z')
		shift ^= s->caps_lock;
	return shift ? shifted[key] : c;
}

static unsigned press(const struct scancode_state *s, uint8_t key,
		      bool extended, char *out)
{
	char c;

	if (key >= KEYPAD_FIRST && key <= KEYPAD_LAST) {
		unsigned i = key - KEYPAD_FIRST;

		if (extended)
			return move(s, moves[i], out);
		if (s->num_lock != (s->shifts != 0) || !moves[i][0])
			return type(s, keypad[i], out);
		return move(s, moves[i], out);
	}
	if (extended && key != KEY_ENTER && key != KEY_SLASH)
		return 0;
	if (extended && key == KEY_SLASH)
		return type(s, '/', out);
	if (key == KEY_102ND)
		return type(s, s->shifts ? '|' : '\\', out);
	if (key > KEY_SPACE)
		return 0;
	c = letter_or_sign(s, key);
	return c ? type(s, c, out) : 0;
}

unsigned scancode_decode(struct scancode_state *s, uint8_t byte,
			 char out[SCANCODE_BYTES])
{
	bool extended = s->extended;
	bool down = !(byte & RELEASED);
	uint8_t key = byte & (uint8_t)~RELEASED;

	s->extended = false;
	if (s->skip) {
		s->skip--;
		return 0;
	}
	if (byte == 0xe0 || byte == 0xe1) {
		s->extended = byte == 0xe0;
		s->skip = byte == 0xe1 ? 2 : 0;
		return 0;
	}
	if (modifier(s, key, extended, down) || !down)
		return 0;
	return press(s, key, extended, out);
}
