/*
 * tests/kernel/test_scancode.c - keys, and what they type.
 */
#include "arch/x86_64/scancode.h"

#include "kernel/string.h"
#include "kernel/test.h"

/* What a series of scan codes types. */
static bool types(const char *codes, size_t n, const char *expected)
{
	struct scancode_state s = { 0 };
	char typed[64];
	unsigned used = 0;

	for (size_t i = 0; i < n; i++)
		used += scancode_decode(&s, (uint8_t)codes[i], typed + used);
	return used == strlen(expected) && !memcmp(typed, expected, used);
}

#define TYPES(codes, expected)	types(codes, sizeof(codes) - 1, expected)

TEST("kernel/scancode", test_scancode_types_letters_and_signs)
{
	check(t, TYPES("\x1e\x9e\x30\xb0\x02\x82\x39\xb9", "ab1 "));
	check(t, TYPES("\x0f\x1c\x0e\x01", "\t\r\x7f\x1b"));
	check(t, TYPES("\x29\x2b\x28\x33\x34\x35\x56", "`\\',./\\"));
}

TEST("kernel/scancode", test_scancode_follows_both_shifts)
{
	check(t, TYPES("\x2a\x1e\x9e\xaa\x1e", "Aa"));
	check(t, TYPES("\x36\x02\xb6\x02", "!1"));
	check(t, TYPES("\x2a\x36\xaa\x1e\xb6\x1e", "Aa"));
	check(t, TYPES("\x2a\x29\x28\x2b", "~\"|"));
}

TEST("kernel/scancode", test_scancode_caps_lock_touches_letters_only)
{
	check(t, TYPES("\x3a\xba\x1e\x02\x2a\x1e\xaa\x3a\xba\x1e", "A1aa"));
}

TEST("kernel/scancode", test_scancode_control_and_alt)
{
	check(t, TYPES("\x1d\x1e\x9d\x1e", "\x01" "a"));
	check(t, TYPES("\xe0\x1d\x2e\xe0\x9d\x2e", "\x03" "c"));
	check(t, TYPES("\x38\x30\xb8\x30", "\x1b" "bb"));
}

TEST("kernel/scancode", test_scancode_sends_sequences_for_moves)
{
	check(t, TYPES("\xe0\x48\xe0\xc8\xe0\x50", "\x1b[A\x1b[B"));
	check(t, TYPES("\xe0\x4b\xe0\x4d", "\x1b[D\x1b[C"));
	check(t, TYPES("\xe0\x47\xe0\x4f", "\x1b[H\x1b[F"));
	check(t, TYPES("\xe0\x53\xe0\x52", "\x1b[3~\x1b[2~"));
	check(t, TYPES("\xe0\x49\xe0\x51", "\x1b[5~\x1b[6~"));
	check(t, TYPES("\x1d\xe0\x4b", "\x1b[1;5D"));
	check(t, TYPES("\x1d\xe0\x53", "\x1b[3;5~"));
}

TEST("kernel/scancode", test_scancode_ignores_the_false_shifts)
{
	check(t, TYPES("\xe0\x2a\xe0\x4b\xe0\xcb\xe0\xaa\x1e", "\x1b[Da"));
	/* held, the real Shift survives them */
	check(t, TYPES("\x2a\xe0\xaa\xe0\x4b\xe0\xcb\xe0\x2a\x1e",
		       "\x1b[1;2DA"));
}

TEST("kernel/scancode", test_scancode_keypad_follows_num_lock)
{
	check(t, TYPES("\x48\x53", "\x1b[A\x1b[3~"));
	check(t, TYPES("\x45\xc5\x48\x53\x4f\x52", "8.10"));
	check(t, TYPES("\x2a\x48\x45\x48", "8\x1b[1;2A"));
	check(t, TYPES("\x37\x4a\x4e\xe0\x35\xe0\x1c", "*-+/\r"));
}

TEST("kernel/scancode", test_scancode_swallows_pause)
{
	check(t, TYPES("\xe1\x1d\x45\xe1\x9d\xc5\x1e\x48", "a\x1b[A"));
}

TEST("kernel/scancode", test_scancode_never_types_more_than_it_says)
{
	struct scancode_state s = { 0 };
	char typed[SCANCODE_BYTES + 1];

	for (unsigned i = 0; i < 100000; i++) {
		unsigned n;

		typed[SCANCODE_BYTES] = 0x55;
		n = scancode_decode(&s, (uint8_t)test_random(t), typed);
		if (!check(t, n <= SCANCODE_BYTES) ||
		    !check(t, typed[SCANCODE_BYTES] == 0x55))
			return;
	}
}
