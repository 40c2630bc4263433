/*
 * arch/x86_64/vt.c - the sequences, and drawing what changed.
 *
 * Invariant   shown is what the device shows.  wanted is what it should show;
 *             its rows form a ring that starts at top, so that scrolling moves
 *             no cell.  Outside rows changed_from .. changed_end - 1 the two
 *             agree whenever vt_write() is not running.
 *             column <= columns and row < rows.
 * References  ECMA-48, 5th edition, 1991, 8.3; The Unicode Standard, table 3-7
 *             (UTF-8).
 */
#include "arch/x86_64/vt.h"

#define NORMAL		0x07	/* light grey on black */
#define BRIGHT		0x08
#define TAB		8
#define NEVER_SHOWN	((struct vt_cell){ 0, 0xff })

enum { TEXT, ESCAPE, SEQUENCE };

static struct vt_cell *row_wanted(struct vt *v, unsigned row)
{
	return v->wanted + (size_t)((v->top + row) % v->rows) * v->stride;
}

static void row_changed(struct vt *v, unsigned row)
{
	if (row < v->changed_from)
		v->changed_from = row;
	if (row >= v->changed_end)
		v->changed_end = row + 1;
}

/* Erase columns from .. end - 1. */
static void erase(struct vt *v, unsigned row, unsigned from, unsigned end)
{
	struct vt_cell *cell = row_wanted(v, row);

	for (unsigned i = from; i < end; i++)
		cell[i] = (struct vt_cell){ ' ', NORMAL };
	row_changed(v, row);
}

static void erase_rows(struct vt *v, unsigned from, unsigned end)
{
	for (unsigned row = from; row < end; row++)
		erase(v, row, 0, v->columns);
}

static void line_feed(struct vt *v)
{
	v->column = 0;
	if (v->row + 1 < v->rows) {
		v->row++;
		return;
	}
	v->top = (v->top + v->scroll_by) % v->rows;
	v->row = v->rows - v->scroll_by;
	erase_rows(v, v->row, v->rows);
	v->changed_from = 0;
}

static void put_glyph(struct vt *v, uint8_t glyph)
{
	if (v->column == v->columns)
		line_feed(v);
	row_wanted(v, v->row)[v->column++] =
		(struct vt_cell){ glyph, v->colours };
	row_changed(v, v->row);
}

static void put_code(struct vt *v, uint32_t code)
{
	bool drawable = code >= 0xa0 && code <= 0xff;

	put_glyph(v, drawable ? (uint8_t)code : VT_UNKNOWN);
}

static unsigned at_most(unsigned value, unsigned limit)
{
	return value < limit ? value : limit;
}

static unsigned at_least_1(unsigned value)
{
	return value ? value : 1;
}

/* ANSI numbers colours red 1, green 2, blue 4; the EGA has blue 1, red 4. */
static uint8_t ega_colour(unsigned ansi)
{
	return (uint8_t)((ansi & 1) << 2 | (ansi & 2) | (ansi & 4) >> 2);
}

static void set_colours(struct vt *v, unsigned code)
{
	uint8_t c = v->colours;

	if (code == 0)
		c = NORMAL;
	else if (code == 1)
		c |= BRIGHT;
	else if (code == 7)
		c = (uint8_t)(c << 4 | c >> 4);
	else if (code >= 30 && code <= 37)
		c = (c & 0xf8) | ega_colour(code - 30);
	else if (code >= 90 && code <= 97)
		c = (c & 0xf0) | BRIGHT | ega_colour(code - 90);
	else if (code >= 40 && code <= 47)
		c = (uint8_t)((c & 0x0f) | ega_colour(code - 40) << 4);
	v->colours = c;
}

static void erase_in_row(struct vt *v, unsigned how)
{
	unsigned column = at_most(v->column, v->columns - 1);

	if (how == 0)
		erase(v, v->row, column, v->columns);
	else if (how == 1)
		erase(v, v->row, 0, column + 1);
	else
		erase(v, v->row, 0, v->columns);
}

static void erase_in_screen(struct vt *v, unsigned how)
{
	if (how == 0) {
		erase_in_row(v, 0);
		erase_rows(v, v->row + 1, v->rows);
	} else if (how == 1) {
		erase_rows(v, 0, v->row);
		erase_in_row(v, 1);
	} else {
		erase_rows(v, 0, v->rows);
	}
}

static void move(struct vt *v, char how, unsigned by)
{
	unsigned column = at_most(v->column, v->columns - 1);

	if (how == 'A')
		v->row -= at_most(by, v->row);
	else if (how == 'B')
		v->row += at_most(by, v->rows - 1 - v->row);
	else if (how == 'C')
		column += at_most(by, v->columns - 1 - column);
	else
		column -= at_most(by, column);
	v->column = column;
}

static void sequence_done(struct vt *v, char final)
{
	unsigned first = v->param[0];

	switch (final) {
	case 'A': case 'B': case 'C': case 'D':
		move(v, final, at_least_1(first));
		break;
	case 'G':
		v->column = at_most(at_least_1(first), v->columns) - 1;
		break;
	case 'H':
		v->row = at_most(at_least_1(first), v->rows) - 1;
		v->column = at_most(at_least_1(v->param[1]), v->columns) - 1;
		break;
	case 'J':
		erase_in_screen(v, first);
		break;
	case 'K':
		erase_in_row(v, first);
		break;
	case 'm':
		for (unsigned i = 0; i <= v->nr_params; i++)
			set_colours(v, v->param[i]);
		break;
	}
}

/* Between ESC [ and the final byte stand numbers and `;`. */
static void in_sequence(struct vt *v, unsigned char c)
{
	if (c >= '0' && c <= '9') {
		unsigned *p = &v->param[v->nr_params];

		*p = at_most(*p * 10 + (c - '0'), 9999);
	} else if (c == ';') {
		v->nr_params = at_most(v->nr_params + 1, VT_PARAMS - 1);
		v->param[v->nr_params] = 0;
	} else if (c >= 0x40) {
		v->state = TEXT;
		sequence_done(v, (char)c);
	}
}

static void control(struct vt *v, unsigned char c)
{
	if (c == '\n')
		line_feed(v);
	else if (c == '\r')
		v->column = 0;
	else if (c == '\b')
		v->column -= v->column > 0;
	else if (c == '\t')
		v->column = at_most((v->column / TAB + 1) * TAB,
				    v->columns - 1);
	else if (c == '\x1b')
		v->state = ESCAPE;
}

/* A byte of 0x80 and above. */
static void utf8(struct vt *v, unsigned char c)
{
	if ((c & 0xc0) == 0x80 && v->missing) {
		v->code = v->code << 6 | (c & 0x3f);
		if (--v->missing == 0)
			put_code(v, v->code);
		return;
	}
	if (v->missing)
		put_glyph(v, VT_UNKNOWN);	/* the one before was cut off */
	v->missing = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
	v->code = c & 0x1f;	/* exact for the codes that have a glyph */
	if (!v->missing)
		put_glyph(v, VT_UNKNOWN);
}

static void byte(struct vt *v, unsigned char c)
{
	if (v->state == SEQUENCE && c >= ' ') {
		in_sequence(v, c);
	} else if (v->state == ESCAPE && c >= ' ') {
		v->state = c == '[' ? SEQUENCE : TEXT;
		v->nr_params = 0;
		v->param[0] = v->param[1] = 0;
	} else if (c >= 0x80) {
		utf8(v, c);
	} else {
		if (v->missing)
			put_glyph(v, VT_UNKNOWN);
		v->missing = 0;
		if (c >= ' ' && c != 0x7f)
			put_glyph(v, c);
		else
			control(v, c);
	}
}

_Static_assert(4 * sizeof(struct vt_cell) == sizeof(uint64_t), "one compare");

static bool four_equal(const struct vt_cell *a, const struct vt_cell *b)
{
	uint64_t left, right;

	__builtin_memcpy(&left, a, sizeof(left));
	__builtin_memcpy(&right, b, sizeof(right));
	return left == right;
}

static void draw_row(struct vt *v, unsigned row)
{
	const struct vt_cell *wanted = row_wanted(v, row);
	struct vt_cell *shown = v->shown + (size_t)row * v->stride;

	for (unsigned i = 0; i < v->columns; i++) {
		if (i % 4 == 0 && four_equal(&wanted[i], &shown[i])) {
			i += 3;
			continue;
		}
		if (wanted[i].glyph == shown[i].glyph &&
		    wanted[i].colours == shown[i].colours)
			continue;
		shown[i] = wanted[i];
		v->draw(v, i, row, wanted[i]);
	}
}

static void draw_changed(struct vt *v)
{
	for (unsigned row = v->changed_from; row < v->changed_end; row++)
		draw_row(v, row);
	v->changed_from = v->rows;
	v->changed_end = 0;
}

static void reverse(struct vt_cell *cell)
{
	cell->colours = (uint8_t)(cell->colours << 4 | cell->colours >> 4);
}

/*
 * A cursor that has to be drawn is its cell with the colours exchanged.  The
 * cell is wanted so only here; its row counts as changed for the next time.
 */
static void show(struct vt *v)
{
	unsigned column = at_most(v->column, v->columns - 1);
	struct vt_cell *under = &row_wanted(v, v->row)[column];

	if (v->place_cursor) {
		draw_changed(v);
		v->place_cursor(v, column, v->row);
		return;
	}
	reverse(under);
	row_changed(v, v->row);
	draw_changed(v);
	reverse(under);
	row_changed(v, v->row);
}

void vt_init(struct vt *v, struct vt_cell *cells)
{
	size_t n;

	v->stride = VT_STRIDE(v->columns);
	n = (size_t)v->stride * v->rows;
	v->wanted = cells;
	v->shown = cells + n;
	for (size_t i = 0; i < n; i++) {
		v->wanted[i] = (struct vt_cell){ ' ', NORMAL };
		v->shown[i] = NEVER_SHOWN;
	}
	v->top = v->row = v->column = 0;
	v->state = TEXT;
	v->missing = 0;
	v->colours = NORMAL;
	v->changed_from = 0;
	v->changed_end = v->rows;
	show(v);
}

void vt_write(struct vt *v, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		byte(v, (unsigned char)text[i]);
	show(v);
}
