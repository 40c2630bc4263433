/*
 * arch/x86_64/framebuffer.c - glyphs to pixels, four at a time.
 *
 * Invariant   four[b] holds the pixels of the bits b, leftmost first, as
 *             they stand in memory: 4 * pixel_size bytes, in the colours
 *             four_colours.
 *             A cell covers pixels that lie wholly inside the visible lines.
 */
#include "arch/x86_64/framebuffer.h"

#include "arch/x86_64/font.h"
#include "kernel/console.h"
#include "kernel/string.h"

#define SCROLL_PART	8

/* The EGA's sixteen colours, 0xrrggbb. */
static const uint32_t palette[16] = {
	0x000000, 0x0000aa, 0x00aa00, 0x00aaaa,
	0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa,
	0x555555, 0x5555ff, 0x55ff55, 0x55ffff,
	0xff5555, 0xff55ff, 0xffff55, 0xffffff,
};

/* The upper bits of an 8-bit value, as a field of `bits` bits at shift. */
static uint32_t field(uint32_t value, unsigned shift, unsigned bits)
{
	return bits > 8 ? value << (shift + bits - 8)
			: value >> (8 - bits) << shift;
}

static uint32_t pixel(const struct boot_screen *s, unsigned colour)
{
	uint32_t rgb = palette[colour];

	return field(rgb >> 16 & 0xff, s->red_shift, s->red_bits) |
	       field(rgb >> 8 & 0xff, s->green_shift, s->green_bits) |
	       field(rgb & 0xff, s->blue_shift, s->blue_bits);
}

static void set_colours(struct framebuffer *f, uint8_t colours)
{
	uint32_t value[2] = {
		pixel(&f->screen, colours >> 4),
		pixel(&f->screen, colours & 0xf),
	};

	f->four_colours = colours;
	for (unsigned bits = 0; bits < 16; bits++) {
		uint8_t *to = (uint8_t *)f->four[bits];

		for (unsigned i = 0; i < 4 * f->pixel_size; i++) {
			unsigned bit = 3 - i / f->pixel_size;
			unsigned shift = i % f->pixel_size * 8;

			to[i] = (uint8_t)(value[bits >> bit & 1] >> shift);
		}
	}
}

/* Each size is a constant, so that each copy is one or two stores. */
static void draw_four(uint8_t *to, const void *from, unsigned pixel_size)
{
	if (pixel_size == 4)
		__builtin_memcpy(to, from, 16);
	else if (pixel_size == 3)
		__builtin_memcpy(to, from, 12);
	else
		__builtin_memcpy(to, from, 8);
}

static void framebuffer_draw(struct vt *v, unsigned column, unsigned row,
			     struct vt_cell cell)
{
	struct framebuffer *f = container_of(v, struct framebuffer, vt);
	const uint8_t *glyph = font_8x16[cell.glyph];
	uint8_t *to = f->pixels +
		      (size_t)row * FONT_HEIGHT * f->screen.pitch +
		      (size_t)column * FONT_WIDTH * f->pixel_size;

	if (cell.colours != f->four_colours)
		set_colours(f, cell.colours);
	for (unsigned y = 0; y < FONT_HEIGHT; y++, to += f->screen.pitch) {
		draw_four(to, f->four[glyph[y] >> 4], f->pixel_size);
		draw_four(to + 4 * f->pixel_size, f->four[glyph[y] & 0xf],
			  f->pixel_size);
	}
}

/* What no cell covers is black: the right of each line, and the bottom. */
static void clear_margins(struct framebuffer *f)
{
	size_t visible = (size_t)f->screen.width * f->pixel_size;
	size_t covered = (size_t)f->vt.columns * FONT_WIDTH * f->pixel_size;
	uint8_t *line = f->pixels;

	for (unsigned y = 0; y < f->screen.height; y++) {
		if (y == f->vt.rows * FONT_HEIGHT)
			covered = 0;
		memset(line + covered, 0, visible - covered);
		line += f->screen.pitch;
	}
}

static bool field_is_sane(unsigned shift, unsigned bits, unsigned bpp)
{
	return bits >= 1 && bits <= 16 && shift + bits <= bpp;
}

static bool screen_is_sane(const struct boot_screen *s)
{
	return s->bpp >= 15 && s->bpp <= 32 &&
	       (s->bpp <= 16 || s->bpp % 8 == 0) &&
	       s->pitch >= (uint64_t)s->width * ((s->bpp + 7) / 8) &&
	       s->width >= FONT_WIDTH && s->height >= FONT_HEIGHT &&
	       field_is_sane(s->red_shift, s->red_bits, s->bpp) &&
	       field_is_sane(s->green_shift, s->green_bits, s->bpp) &&
	       field_is_sane(s->blue_shift, s->blue_bits, s->bpp);
}

static unsigned at_most(unsigned value, unsigned limit)
{
	return value < limit ? value : limit;
}

bool framebuffer_init(struct framebuffer *f, void *mapped,
		      const struct boot_screen *screen, struct vt_cell *cells)
{
	if (!screen_is_sane(screen))
		return false;
	f->screen = *screen;
	f->pixels = mapped;
	f->pixel_size = (screen->bpp + 7) / 8;
	set_colours(f, 0);
	f->vt.draw = framebuffer_draw;
	f->vt.place_cursor = NULL;
	f->vt.columns = at_most(screen->width / FONT_WIDTH,
				FRAMEBUFFER_COLUMNS);
	f->vt.rows = at_most(screen->height / FONT_HEIGHT, FRAMEBUFFER_ROWS);
	f->vt.scroll_by = 1 + (f->vt.rows - 1) / SCROLL_PART;
	clear_margins(f);
	vt_init(&f->vt, cells);
	return true;
}

static struct framebuffer framebuffer;
static struct vt_cell cells[FRAMEBUFFER_CELLS];

static void framebuffer_write(const char *text, size_t n)
{
	vt_write(&framebuffer.vt, text, n);
}

static struct console framebuffer_console = {
	.name = "framebuffer", .write = framebuffer_write,
};

struct console *framebuffer_start(void *mapped,
				  const struct boot_screen *screen)
{
	if (!framebuffer_init(&framebuffer, mapped, screen, cells))
		return NULL;
	return &framebuffer_console;
}
