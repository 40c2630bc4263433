/*
 * arch/x86_64/scancode.h - what a key means, as the bytes a terminal sends.
 *
 * Guarantees  scancode_decode() takes the bytes of scan code set 1 one at a
 *             time and writes what the key types: ASCII, Ctrl letters as
 *             control characters, Alt as a leading ESC, and the ANSI sequences
 *             of arrows, Home, End, Insert, Delete and the page keys.  So the
 *             keyboard and a serial terminal are one kind of input.
 *             Shift, Ctrl, Alt, Caps Lock and Num Lock are followed.
 * Context     Any; the state is the caller's.
 * Limits      The US layout.  F-keys and multimedia keys type nothing.  Num
 *             Lock is taken to be off at first, and no lamp is switched.
 * See         arch/x86_64/keyboard.c, tests/kernel/test_scancode.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SCANCODE_BYTES	8	/* the most that one key types */

struct scancode_state {
	uint8_t shifts;		/* bit 0 left, bit 1 right; so the others */
	uint8_t controls;
	uint8_t alts;
	bool caps_lock;
	bool num_lock;
	bool extended;		/* the last byte was 0xe0 */
	uint8_t skip;		/* bytes of the Pause key still to come */
};

/* Returns how many bytes of out it wrote, perhaps none. */
unsigned scancode_decode(struct scancode_state *s, uint8_t byte,
			 char out[SCANCODE_BYTES]);
