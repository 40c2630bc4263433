/*
 * tests/kernel/test_framebuffer.c - glyphs as pixels, at every depth and pitch.
 */
#include "arch/x86_64/framebuffer.h"

#include "arch/x86_64/font.h"
#include "kernel/string.h"
#include "kernel/test.h"

#define WIDTH		43	/* five cells and three pixels */
#define HEIGHT		52	/* three cells and four lines */
#define PITCH_MAX	(WIDTH * 4 + 5)
#define TALL		(FRAMEBUFFER_ROWS * FONT_HEIGHT + 20)
#define MEMORY		(TALL * FONT_WIDTH * 2 + 100)	/* the largest used */
#define GUARD		0xe7
#define GREY		0xaa	/* of a normal character */

static struct framebuffer f;
static struct vt_cell cells[FRAMEBUFFER_CELLS];
static uint8_t memory[MEMORY];

_Static_assert(MEMORY >= HEIGHT * PITCH_MAX, "the wide screens fit too");

static const struct boot_screen format[] = {
	{ .bpp = 15, .red_shift = 10, .red_bits = 5, .green_shift = 5,
	  .green_bits = 5, .blue_shift = 0, .blue_bits = 5 },
	{ .bpp = 16, .red_shift = 11, .red_bits = 5, .green_shift = 5,
	  .green_bits = 6, .blue_shift = 0, .blue_bits = 5 },
	{ .bpp = 24, .red_shift = 16, .red_bits = 8, .green_shift = 8,
	  .green_bits = 8, .blue_shift = 0, .blue_bits = 8 },
	{ .bpp = 32, .red_shift = 16, .red_bits = 8, .green_shift = 8,
	  .green_bits = 8, .blue_shift = 0, .blue_bits = 8 },
	{ .bpp = 32, .red_shift = 0, .red_bits = 8, .green_shift = 8,
	  .green_bits = 8, .blue_shift = 16, .blue_bits = 8 },
	{ .bpp = 32, .red_shift = 20, .red_bits = 10, .green_shift = 10,
	  .green_bits = 10, .blue_shift = 0, .blue_bits = 10 },
};

static unsigned pixel_size(const struct boot_screen *s)
{
	return (s->bpp + 7) / 8;
}

static struct boot_screen screen_of(unsigned i, unsigned more)
{
	struct boot_screen s = format[i];

	s.kind = BOOT_SCREEN_RGB;
	s.width = WIDTH;
	s.height = HEIGHT;
	s.pitch = WIDTH * pixel_size(&s) + more;
	return s;
}

static uint32_t pixel_at(const struct boot_screen *s, unsigned x, unsigned y)
{
	const uint8_t *from = memory + y * s->pitch + x * pixel_size(s);
	uint32_t value = 0;

	for (unsigned i = 0; i < pixel_size(s); i++)
		value |= (uint32_t)from[i] << (8 * i);
	return value;
}

static unsigned eight_bits(uint32_t value, unsigned shift, unsigned bits)
{
	uint32_t field = value >> shift & ((1u << bits) - 1);

	return bits > 8 ? field >> (bits - 8) : field << (8 - bits);
}

/* r, g, b of the pixel, as far as the format can tell them */
static bool pixel_is(const struct boot_screen *s, unsigned x, unsigned y,
		     unsigned r, unsigned g, unsigned b)
{
	uint32_t value = pixel_at(s, x, y);
	unsigned red = eight_bits(value, s->red_shift, s->red_bits);
	unsigned green = eight_bits(value, s->green_shift, s->green_bits);
	unsigned blue = eight_bits(value, s->blue_shift, s->blue_bits);

	return red >> 3 == r >> 3 && green >> 3 == g >> 3 &&
	       blue >> 3 == b >> 3;
}

static bool cell_shows(const struct boot_screen *s, unsigned column,
		       unsigned row, uint8_t glyph)
{
	for (unsigned y = 0; y < FONT_HEIGHT; y++) {
		for (unsigned x = 0; x < FONT_WIDTH; x++) {
			bool lit = font_8x16[glyph][y] >> (7 - x) & 1;
			unsigned grey = lit ? GREY : 0;

			if (!pixel_is(s, column * FONT_WIDTH + x,
				      row * FONT_HEIGHT + y, grey, grey, grey))
				return false;
		}
	}
	return true;
}

static bool guards_are_whole(const struct boot_screen *s)
{
	for (unsigned y = 0; y < s->height; y++)
		for (unsigned i = s->width * pixel_size(s); i < s->pitch; i++)
			if (memory[y * s->pitch + i] != GUARD)
				return false;
	for (size_t i = s->pitch * s->height; i < sizeof(memory); i++)
		if (memory[i] != GUARD)
			return false;
	return true;
}

static bool margins_are_black(const struct boot_screen *s)
{
	unsigned right = s->width / FONT_WIDTH * FONT_WIDTH;
	unsigned bottom = f.vt.rows * FONT_HEIGHT;

	for (unsigned y = 0; y < s->height; y++)
		for (unsigned x = y < bottom ? right : 0; x < s->width; x++)
			if (pixel_at(s, x, y))
				return false;
	return true;
}

static bool start(const struct boot_screen *s)
{
	memset(memory, GUARD, sizeof(memory));
	return framebuffer_init(&f, memory, s, cells);
}

static void say(const char *text)
{
	vt_write(&f.vt, text, strlen(text));
}

TEST("kernel/framebuffer", test_framebuffer_draws_glyphs_in_every_format)
{
	for (unsigned i = 0; i < ARRAY_LEN(format); i++) {
		for (unsigned more = 0; more < 6; more++) {
			struct boot_screen s = screen_of(i, more);

			if (!check(t, start(&s)))
				continue;
			say("A\xc3\xa9|#Q\nz\n*");
			check(t, cell_shows(&s, 0, 0, 'A'));
			check(t, cell_shows(&s, 1, 0, 0xe9));
			check(t, cell_shows(&s, 4, 0, 'Q'));
			check(t, cell_shows(&s, 0, 1, 'z'));
			check(t, cell_shows(&s, 0, 2, '*'));
			check(t, cell_shows(&s, 2, 2, ' '));
			check(t, margins_are_black(&s));
			check(t, guards_are_whole(&s));
		}
	}
}

TEST("kernel/framebuffer", test_framebuffer_scrolls_inside_its_lines)
{
	for (unsigned i = 0; i < ARRAY_LEN(format); i++) {
		struct boot_screen s = screen_of(i, 3);

		check(t, start(&s));
		say("1\n2\n3\n4\n5xyzw!");
		check(t, cell_shows(&s, 0, 0, '4'));
		check(t, cell_shows(&s, 4, 1, 'w'));
		check(t, cell_shows(&s, 0, 2, '!'));
		check(t, guards_are_whole(&s));
	}
}

TEST("kernel/framebuffer", test_framebuffer_places_colours_by_their_fields)
{
	for (unsigned i = 0; i < ARRAY_LEN(format); i++) {
		struct boot_screen s = screen_of(i, 1);

		check(t, start(&s));
		say("\x1b[41m \x1b[42m \x1b[44m ");
		check(t, pixel_is(&s, 0, 0, 0xaa, 0, 0));
		check(t, pixel_is(&s, 8, 0, 0, 0xaa, 0));
		check(t, pixel_is(&s, 16, 0, 0, 0, 0xaa));
	}
}

TEST("kernel/framebuffer", test_framebuffer_shows_a_cursor)
{
	struct boot_screen s = screen_of(3, 0);

	check(t, start(&s));
	say("ab");
	check(t, pixel_is(&s, 16, 0, GREY, GREY, GREY));
	say("\b");
	check(t, pixel_is(&s, 16, 0, 0, 0, 0));
	check(t, pixel_is(&s, 8, 0, GREY, GREY, GREY));
}

TEST("kernel/framebuffer", test_framebuffer_refuses_what_it_cannot_draw)
{
	struct boot_screen good = screen_of(3, 0), s;

	s = good, s.bpp = 8;
	check(t, !framebuffer_init(&f, memory, &s, cells));
	s = good, s.bpp = 18;
	check(t, !framebuffer_init(&f, memory, &s, cells));
	s = good, s.pitch = WIDTH * 4 - 1;
	check(t, !framebuffer_init(&f, memory, &s, cells));
	s = good, s.width = 7;
	check(t, !framebuffer_init(&f, memory, &s, cells));
	s = good, s.red_bits = 0;
	check(t, !framebuffer_init(&f, memory, &s, cells));
	s = good, s.blue_shift = 28;
	check(t, !framebuffer_init(&f, memory, &s, cells));
}

TEST("kernel/framebuffer", test_framebuffer_uses_a_part_of_a_large_screen)
{
	struct boot_screen s = screen_of(1, 0);

	s.width = FONT_WIDTH;
	s.pitch = s.width * pixel_size(&s);
	s.height = TALL;
	check(t, start(&s));
	check(t, f.vt.rows == FRAMEBUFFER_ROWS);
	say("\x1b[999;1HA\x1b[H");
	check(t, cell_shows(&s, 0, FRAMEBUFFER_ROWS - 1, 'A'));
	check(t, margins_are_black(&s));
	check(t, guards_are_whole(&s));
}
