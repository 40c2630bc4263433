/*
 * arch/x86_64/font.h - 8x16 glyphs, made at build time.
 *
 * Guarantees  font_8x16[c] is the glyph of Latin-1 character c: 16 rows from
 *             the top, bit 7 is the leftmost pixel.  Entry 0x7f is the glyph
 *             for everything that has none.
 * See         tools/mkfont.py, which makes it from a Debian package's font
 */
#pragma once

#include <stdint.h>

#define FONT_WIDTH	8
#define FONT_HEIGHT	16

extern const uint8_t font_8x16[256][FONT_HEIGHT];
