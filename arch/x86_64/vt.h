/*
 * arch/x86_64/vt.h - a terminal on a grid of character cells.
 *
 * Guarantees  vt_write() understands UTF-8, \b \r \n \t, and of ANSI's
 *             sequences: ESC [ A B C D (move), G H (place), J K (erase), m
 *             (colours); it swallows the others.  A sequence may be split over
 *             any number of writes.  When it returns the screen shows the text.
 *             Only cells that changed are drawn, and nothing is ever read back
 *             from the screen.
 * Context     One caller at a time; takes no lock, so a panic may use it.
 * Cost        A line of text: its cells.  A scroll: comparing all cells, four
 *             at a time, and drawing those that differ.
 * Limits      Every character takes one column.  Glyphs are Latin-1; others
 *             show as VT_UNKNOWN.
 * See         arch/x86_64/ega.c, arch/x86_64/framebuffer.c,
 *             tests/kernel/test_vt.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VT_UNKNOWN	0x7f	/* the glyph of a character without a glyph */
#define VT_PARAMS	4

/* As the EGA has them: blue 1, green 2, red 4, bright 8. */
struct vt_cell {
	uint8_t glyph;
	uint8_t colours;	/* background << 4 | foreground */
};

struct vt {
	/* the device's, before vt_init() */
	void (*draw)(struct vt *v, unsigned column, unsigned row,
		     struct vt_cell cell);
	void (*place_cursor)(struct vt *v, unsigned column, unsigned row);
	unsigned columns;
	unsigned rows;
	unsigned scroll_by;	/* rows that a full screen moves up */

	/* what should be seen and what is; a row is `stride` cells */
	unsigned stride;
	unsigned top;		/* where the first row stands in wanted */
	struct vt_cell *wanted;
	struct vt_cell *shown;
	unsigned changed_from;	/* rows to compare: changed_from.. */
	unsigned changed_end;	/* ..changed_end - 1 */

	unsigned column;	/* == columns: the next character wraps */
	unsigned row;
	uint8_t colours;

	/* a sequence under way */
	uint8_t state;
	unsigned nr_params;
	unsigned param[VT_PARAMS];
	uint32_t code;		/* of a UTF-8 character */
	unsigned missing;	/* bytes of it still to come */
};

/* Cells that a screen of that size needs, for wanted and shown together. */
#define VT_STRIDE(columns)	(((columns) + 3) / 4 * 4)
#define VT_CELLS(columns, rows)	(2 * VT_STRIDE(columns) * (rows))

/*
 * A blank screen with the cursor at its top left.  cells is VT_CELLS() long.
 * place_cursor is NULL where the cursor has to be drawn.
 */
void vt_init(struct vt *v, struct vt_cell *cells);

void vt_write(struct vt *v, const char *text, size_t n);
