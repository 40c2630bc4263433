/*
 * tests/kernel/test_vt.c - what the terminal shows, and what it draws for it.
 */
#include "arch/x86_64/vt.h"

#include "kernel/string.h"
#include "kernel/test.h"

#define COLUMNS		10
#define ROWS		4

/* A device that remembers its cells and counts how often one is drawn. */
struct fake {
	struct vt vt;
	struct vt_cell cell[ROWS][COLUMNS];
	unsigned drawn;
	unsigned outside;
	unsigned cursor_column, cursor_row;
	struct vt_cell cells[VT_CELLS(COLUMNS, ROWS)];
};

static struct fake fake;

static void fake_draw(struct vt *v, unsigned column, unsigned row,
		      struct vt_cell cell)
{
	struct fake *f = container_of(v, struct fake, vt);

	f->drawn++;
	if (column < COLUMNS && row < ROWS)
		f->cell[row][column] = cell;
	else
		f->outside++;
}

static void fake_place_cursor(struct vt *v, unsigned column, unsigned row)
{
	struct fake *f = container_of(v, struct fake, vt);

	f->cursor_column = column;
	f->cursor_row = row;
}

static void start(unsigned scroll_by)
{
	memset(&fake, 0, sizeof(fake));
	fake.vt.draw = fake_draw;
	fake.vt.place_cursor = fake_place_cursor;
	fake.vt.columns = COLUMNS;
	fake.vt.rows = ROWS;
	fake.vt.scroll_by = scroll_by;
	vt_init(&fake.vt, fake.cells);
	fake.drawn = 0;
}

static void say(const char *text)
{
	vt_write(&fake.vt, text, strlen(text));
}

static bool row_is(unsigned row, const char *text)
{
	size_t n = strlen(text);

	for (unsigned i = 0; i < COLUMNS; i++)
		if (fake.cell[row][i].glyph != (i < n ? (uint8_t)text[i] : ' '))
			return false;
	return true;
}

static bool cursor_is(unsigned column, unsigned row)
{
	return fake.cursor_column == column && fake.cursor_row == row;
}

TEST("kernel/vt", test_vt_starts_blank_and_draws_each_cell_once)
{
	memset(&fake, 0, sizeof(fake));
	start(1);
	for (unsigned row = 0; row < ROWS; row++)
		check(t, row_is(row, ""));
	say("");
	check(t, fake.drawn == 0);
	check(t, cursor_is(0, 0));
}

TEST("kernel/vt", test_vt_draws_only_what_changed)
{
	start(1);
	say("abc");
	check(t, fake.drawn == 3);
	say("\rabX");
	check(t, fake.drawn == 4);
	check(t, row_is(0, "abX"));
}

TEST("kernel/vt", test_vt_newline_backspace_and_tab_move)
{
	start(1);
	say("ab\ncd\be\tf");
	check(t, row_is(0, "ab"));
	check(t, row_is(1, "ce      f"));
	check(t, cursor_is(9, 1));
}

TEST("kernel/vt", test_vt_wraps_only_when_the_next_character_comes)
{
	start(1);
	say("0123456789");
	check(t, cursor_is(9, 0));
	say("\nx");
	check(t, row_is(1, "x"));
	say("\n0123456789y");
	check(t, row_is(2, "0123456789"));
	check(t, row_is(3, "y"));
}

TEST("kernel/vt", test_vt_scrolls_and_redraws_only_differences)
{
	start(1);
	say("same\nsame\nsame\nsame");
	fake.drawn = 0;
	say("\n");
	check(t, fake.drawn == 4);	/* the last row lost its text */
	check(t, row_is(2, "same"));
	check(t, row_is(3, ""));
	say("a\nb\nc\nd");
	check(t, row_is(0, "a") && row_is(1, "b"));
	check(t, row_is(2, "c") && row_is(3, "d"));
}

TEST("kernel/vt", test_vt_scrolls_by_several_rows)
{
	start(2);
	say("aaa\nbbb\nc\nd\ne");
	check(t, row_is(0, "c") && row_is(1, "d"));
	check(t, row_is(2, "e") && row_is(3, ""));
	say("\nf\ng");
	check(t, row_is(0, "e") && row_is(1, "f"));
	check(t, row_is(2, "g") && cursor_is(1, 2));
}

TEST("kernel/vt", test_vt_erases_and_moves_by_sequences)
{
	start(1);
	say("abcdef\x1b[3D\x1b[K");
	check(t, row_is(0, "abc") && cursor_is(3, 0));
	say("\x1b[3;5HX\x1b[AY\x1b[9DZ");
	check(t, row_is(2, "    X") && row_is(1, "Z    Y"));
	say("\x1b[1;1H\x1b[J");
	for (unsigned row = 0; row < ROWS; row++)
		check(t, row_is(row, ""));
	say("ab\ncd\x1b[2J\x1b[HQ");
	check(t, row_is(0, "Q") && row_is(1, ""));
	say("\x1b[99;99H!");
	check(t, fake.cell[ROWS - 1][COLUMNS - 1].glyph == '!');
}

TEST("kernel/vt", test_vt_takes_sequences_in_pieces)
{
	start(1);
	say("abc");
	say("\x1b");
	say("[");
	say("2");
	say("D");
	say("X\xc3");
	say("\xa9");
	check(t, fake.cell[0][1].glyph == 'X');
	check(t, fake.cell[0][2].glyph == 0xe9);
}

TEST("kernel/vt", test_vt_shows_what_it_cannot_as_unknown)
{
	start(1);
	say("\xe2\x82\xac|\xff|\xc3|\xf0\x9f\x98\x80|");
	check(t, row_is(0, "\x7f|\x7f|\x7f|\x7f|"));
}

TEST("kernel/vt", test_vt_colours)
{
	start(1);
	say("a\x1b[31mb\x1b[1mc\x1b[0;44md\x1b[me");
	check(t, fake.cell[0][0].colours == 0x07);
	check(t, fake.cell[0][1].colours == 0x04);
	check(t, fake.cell[0][2].colours == 0x0c);
	check(t, fake.cell[0][3].colours == 0x17);
	check(t, fake.cell[0][4].colours == 0x07);
}

TEST("kernel/vt", test_vt_draws_a_cursor_where_the_device_has_none)
{
	start(1);
	fake.vt.place_cursor = NULL;
	say("a");
	check(t, fake.cell[0][1].colours == 0x70);
	say("b");
	check(t, fake.cell[0][1].colours == 0x07 && row_is(0, "ab"));
	check(t, fake.cell[0][2].colours == 0x70);
	say("\n");
	check(t, fake.cell[0][2].colours == 0x07);
	check(t, fake.cell[1][0].colours == 0x70);
}

/* The screen must always be what a redraw of everything would show. */
static bool shows_what_it_wants(void)
{
	for (unsigned row = 0; row < ROWS; row++) {
		const struct vt_cell *wanted = fake.vt.wanted +
			(fake.vt.top + row) % ROWS * fake.vt.stride;

		if (memcmp(wanted, fake.cell[row], sizeof(fake.cell[row])))
			return false;
	}
	return fake.outside == 0;
}

TEST("kernel/vt", test_vt_survives_any_bytes)
{
	static const char likely[] = "\x1b\x1b[[;12345mHJKABCDG\n\r\t\b\xc3 x";

	start(1 + (unsigned)(test_random(t) % ROWS));
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t r = test_random(t);
		char c = (char)(r >> 8);

		if (r & 1)
			c = likely[(r >> 8) % (sizeof(likely) - 1)];

		vt_write(&fake.vt, &c, 1);
		if (!check(t, shows_what_it_wants()))
			return;
		if (!check(t, fake.cursor_column < COLUMNS &&
			      fake.cursor_row < ROWS))
			return;
	}
}
