/*
 * arch/x86_64/framebuffer.h - a terminal in a linear framebuffer.
 *
 * Guarantees  Works with 15, 16, 24 and 32 bits a pixel, any pitch and any
 *             position and width of the colours' fields.  Writes only pixels
 *             of the visible lines and never reads one.
 * Context     The console's write: any, one CPU at a time (kernel/console.h).
 * Cost        About 270 instructions a changed cell at 32 bits a pixel.  When
 *             the screen is full it moves up by an eighth, so that a scroll is
 *             paid once in several lines.
 * Limits      At most FRAMEBUFFER_COLUMNS x FRAMEBUFFER_ROWS cells; a larger
 *             screen shows them at its top left.
 * See         arch/x86_64/vt.h, tests/kernel/test_framebuffer.c
 */
#pragma once

#include "arch/x86_64/vt.h"
#include "boot/boot_info.h"
#include "kernel/compiler.h"

#define FRAMEBUFFER_COLUMNS	240
#define FRAMEBUFFER_ROWS	80
#define FRAMEBUFFER_CELLS	VT_CELLS(FRAMEBUFFER_COLUMNS, FRAMEBUFFER_ROWS)

struct console;

struct framebuffer {
	struct vt vt;
	struct boot_screen screen;
	uint8_t *pixels;
	unsigned pixel_size;	/* bytes */

	/* four pixels for each four bits of a glyph, in these colours */
	uint8_t four_colours;
	uint64_t four[16][2];
};

/*
 * False: a depth we do not know, or too small for one cell.  cells is
 * FRAMEBUFFER_CELLS long.
 */
bool framebuffer_init(struct framebuffer *f, void *mapped,
		      const struct boot_screen *screen, struct vt_cell *cells)
	must_check;

/* The machine's own; or NULL.  mapped is where screen->base can be accessed. */
struct console *framebuffer_start(void *mapped,
				  const struct boot_screen *screen) must_check;
