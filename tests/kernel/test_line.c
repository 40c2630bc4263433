/*
 * tests/kernel/test_line.c - the line editor, driven by bytes.
 *
 * The terminal it draws on is arch/x86_64/vt.c with 40 columns, so each check
 * of the screen is one of both.
 */
#include "kernel/shell/line.h"

#include "arch/x86_64/vt.h"
#include "kernel/format.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/history.h"
#include "kernel/string.h"
#include "kernel/test.h"

#define COLUMNS		40
#define ROWS		8
#define PROMPT		"quiesce> "
#define ROOM		(COLUMNS - sizeof(PROMPT))

static struct line line;
static struct history history;
static struct completion completion;
static struct vt screen;
static struct vt_cell cells[VT_CELLS(COLUMNS, ROWS)];
static unsigned bells;
static size_t emitted;

static void screen_draw(struct vt *v, unsigned column, unsigned row,
			struct vt_cell cell)
{
	(void)v, (void)column, (void)row, (void)cell;
}

static void screen_cursor(struct vt *v, unsigned column, unsigned row)
{
	(void)v, (void)column, (void)row;
}

static void emit(const char *text, size_t n)
{
	emitted += n;
	for (size_t i = 0; i < n; i++)
		bells += text[i] == '\a';
	vt_write(&screen, text, n);
}

static char typed[LINE_BYTES];

static void offer(struct completion *c, const char *text, size_t cursor)
{
	static const char *const words[] = { "mem", "memory", "slabs", "slow",
					   "value=" };
	size_t from = cursor;

	while (from > 0 && text[from - 1] != ' ')
		from--;
	memcpy(typed, text + from, cursor - from);
	typed[cursor - from] = 0;
	completion_start(c, typed);
	for (unsigned i = 0; i < ARRAY_LEN(words); i++)
		completion_add(c, words[i]);
}

static void start(void)
{
	memset(&screen, 0, sizeof(screen));
	screen.draw = screen_draw;
	screen.place_cursor = screen_cursor;
	screen.columns = COLUMNS;
	screen.rows = ROWS;
	screen.scroll_by = 1;
	vt_init(&screen, cells);
	memset(&history, 0, sizeof(history));
	memset(&line, 0, sizeof(line));
	line.prompt = PROMPT;
	line.columns = COLUMNS;
	line.emit = emit;
	line.complete = offer;
	line.completion = &completion;
	line.history = &history;
	bells = 0;
	line_start(&line);
}

static enum line_event keys(const char *bytes, size_t n)
{
	enum line_event event = LINE_MORE;

	for (size_t i = 0; i < n; i++)
		event = line_byte(&line, (uint8_t)bytes[i]);
	return event;
}

#define KEYS(bytes)	keys(bytes, sizeof(bytes) - 1)

static enum line_event type_text(const char *text)
{
	return keys(text, strlen(text));
}

/* The cursor's row of the screen is this, blanks at its end apart. */
static bool row_is(const char *text)
{
	const struct vt_cell *cell = screen.wanted +
		(size_t)((screen.top + screen.row) % ROWS) * screen.stride;
	size_t n = strlen(text);

	for (unsigned i = 0; i < COLUMNS; i++)
		if (cell[i].glyph != (i < n ? (uint8_t)text[i] : ' '))
			return false;
	return true;
}

static bool shows(const char *text, unsigned cursor)
{
	char row[COLUMNS + 1];

	format_to(row, sizeof(row), "%s%s", PROMPT, text);
	return row_is(row) && screen.column == sizeof(PROMPT) - 1 + cursor;
}

static bool text_is(const char *text)
{
	return !strcmp(line.text, text) && line.length == strlen(text);
}

TEST("kernel/line", test_line_takes_text_and_enter)
{
	start();
	check(t, KEYS("mem slabs") == LINE_MORE);
	check(t, shows("mem slabs", 9));
	check(t, KEYS("\r") == LINE_DONE);
	check(t, text_is("mem slabs"));
}

TEST("kernel/line", test_line_counts_return_newline_once)
{
	start();
	check(t, KEYS("a\r") == LINE_DONE);
	line_start(&line);
	check(t, KEYS("\n") == LINE_MORE);
	check(t, KEYS("\n") == LINE_DONE);
	line_start(&line);
	check(t, KEYS("b\n") == LINE_DONE);
	check(t, text_is("b"));
}

TEST("kernel/line", test_line_moves_and_inserts)
{
	start();
	KEYS("ac\x1b[Db");
	check(t, text_is("abc") && shows("abc", 2));
	KEYS("\x01<\x05>");
	check(t, text_is("<abc>") && shows("<abc>", 5));
	KEYS("\x1b[Hx\x1b[Fy\x1b[1~X\x1b[4~Y\x1bOH[\x1bOF]");
	check(t, text_is("[Xx<abc>yY]"));
	KEYS("\x02\x02\x06|");
	check(t, text_is("[Xx<abc>yY|]"));
}

TEST("kernel/line", test_line_moves_by_words)
{
	start();
	KEYS("one two  three\x1b[1;5D(\x1b[1;5D\x1b[1;5D{\x1b[1;5C}");
	check(t, text_is("one {two}  (three"));
	KEYS("\x1b" "b\x1b" "bA\x1b" "fB");
	check(t, text_is("AoneB {two}  (three"));
}

TEST("kernel/line", test_line_erases)
{
	start();
	KEYS("abcd\x7f\b");
	check(t, text_is("ab") && shows("ab", 2));
	KEYS("\x01\x1b[3~");
	check(t, text_is("b") && shows("b", 0));
	KEYS("\x04");
	check(t, text_is("") && shows("", 0));
	KEYS("\x7f\x1b[3~");
	check(t, text_is(""));
}

TEST("kernel/line", test_line_erases_by_words_and_puts_back)
{
	start();
	KEYS("one two three\x17");
	check(t, text_is("one two "));
	KEYS("\x01\x0b");
	check(t, text_is("") && shows("", 0));
	KEYS("\x19\x19");
	check(t, text_is("one two one two "));
	KEYS("\x7fX\x1b" "b\x1b" "d\x15");
	check(t, text_is(""));
	KEYS("\x19");
	check(t, text_is("one two one "));
	KEYS("\x0b\x19");
	check(t, text_is("one two one one two one "));
}

TEST("kernel/line", test_line_ends_and_abandons)
{
	start();
	check(t, KEYS("\x04") == LINE_END);
	line_start(&line);
	check(t, KEYS("abc\x03") == LINE_ABANDONED);
	line_start(&line);
	check(t, KEYS("\r") == LINE_DONE && text_is(""));
}

TEST("kernel/line", test_line_scrolls_sideways_and_never_wraps)
{
	start();
	for (unsigned i = 0; i < 200; i++) {
		char c = (char)('a' + i % 26);

		keys(&c, 1);
		check(t, screen.row == 0 && screen.column < COLUMNS);
	}
	check(t, line.length == 200);
	for (unsigned i = 0; i < 200; i++) {
		KEYS("\x1b[D");
		check(t, screen.row == 0 && screen.column >= strlen(PROMPT));
	}
	check(t, line.cursor == 0 && line.first == 0);
	check(t, shows("abcdefghijklmnopqrstuvwxyzabcd", 0));
	KEYS("\x05");
	check(t, screen.row == 0 && screen.column < COLUMNS);
	KEYS("\x15");
	check(t, text_is("") && shows("", 0));
}

TEST("kernel/line", test_line_sends_little_for_plain_typing)
{
	start();
	emitted = 0;
	for (unsigned i = 0; i < ROOM; i++)
		KEYS("x");
	check(t, emitted == ROOM);
}

TEST("kernel/line", test_line_keeps_utf8_characters_whole)
{
	start();
	KEYS("a\xc3\xa9\xe2\x82\xac" "b");
	check(t, line.length == 7);
	check(t, screen.column == strlen(PROMPT) + 4);
	KEYS("\x1b[D\x1b[D\x7f");
	check(t, text_is("a\xe2\x82\xac" "b"));
	KEYS("\x1b[3~");
	check(t, text_is("ab"));
	KEYS("\xc3");
	check(t, text_is("ab"));
	KEYS("\xbc");
	check(t, text_is("a\xc3\xbc" "b"));
}

TEST("kernel/line", test_line_shows_broken_utf8)
{
	start();
	KEYS("\xff" "a\xc3" "b\x80\xc0\xaf\xed\xa0\x80\xc2\x9b.");
	check(t, line.text[0] == '?' && line.text[1] == 'a');
	check(t, line.text[2] == '?' && line.text[3] == 'b');
	for (size_t i = 0; i < line.length; i++)
		check(t, line.text[i] > ' ' && line.text[i] < 0x7f);
}

TEST("kernel/line", test_line_swallows_unknown_sequences)
{
	start();
	KEYS("a\x1b[200~b\x1b[201~\x1b[15~\x1b[?25hc\x1b[1;2;3;4Pd");
	check(t, text_is("abcd"));
	KEYS("\x1b[99999999999999999999Ce");
	check(t, text_is("abcde"));
	check(t, KEYS("\x1b[\r") == LINE_DONE);
}

TEST("kernel/line", test_line_browses_history)
{
	start();
	history_add(&history, "first");
	history_add(&history, "second");
	KEYS("mine\x1b[A");
	check(t, text_is("second") && shows("second", 6));
	KEYS("\x1b[A\x1b[A\x10");
	check(t, text_is("first"));
	KEYS("\x1b[B!");
	check(t, text_is("second!"));
	KEYS("\x0e");
	check(t, text_is("mine") && shows("mine", 4));
	KEYS("\x1b[B");
	check(t, text_is("mine"));
}

TEST("kernel/line", test_line_completes)
{
	start();
	KEYS("sla\t");
	check(t, text_is("slabs ") && shows("slabs ", 6));
	KEYS("m\t");
	check(t, text_is("slabs mem"));
	KEYS("\t");
	check(t, shows("slabs mem", 9) && screen.row == 2);
	KEYS("o\t");
	check(t, text_is("slabs memory "));
	check(t, bells == 0);
	KEYS("zzz\t");
	check(t, text_is("slabs memory zzz") && bells == 1);
}

TEST("kernel/line", test_line_leaves_the_cursor_behind_an_equals_sign)
{
	start();
	KEYS("va\t7");
	check(t, text_is("value=7"));
}

TEST("kernel/line", test_line_completes_in_the_middle)
{
	start();
	KEYS("slo x\x1b[D\x1b[D\t");
	check(t, text_is("slow  x"));
	check(t, line.cursor == 5);
}

TEST("kernel/line", test_line_says_what_it_lost)
{
	start();
	for (unsigned i = 0; i < LINE_BYTES - 1; i++)
		KEYS("x");
	check(t, line.lost == 0 && bells == 0);
	KEYS("yz\xc3\xa9");
	check(t, line.lost == 4 && bells == 1);
	check(t, line.length == LINE_BYTES - 1);
	check(t, KEYS("\r") == LINE_DONE);
	line_start(&line);
	check(t, line.lost == 0);
}

TEST("kernel/line", test_line_redraws_after_clear)
{
	start();
	KEYS("abc\rdef");
	line_start(&line);
	KEYS("xyz\x1b[D\x0c");
	check(t, screen.row == 0 && shows("xyz", 2));
}

static bool is_sound(void)
{
	if (line.length >= LINE_BYTES || line.cursor > line.length ||
	    line.first > line.cursor || strlen(line.text) != line.length)
		return false;
	for (size_t i = 0; i < line.length; i++)
		if ((uint8_t)line.text[i] < ' ' || line.text[i] == 0x7f)
			return false;
	return ((uint8_t)line.text[line.cursor] & 0xc0) != 0x80 &&
	       screen.column == strlen(PROMPT) + line.column &&
	       screen.column < COLUMNS;
}

TEST("kernel/line", test_line_survives_any_bytes)
{
	static const char likely[] =
		"\x1b[ABCDHF3~1;5\t\t\x7f\x15\x17\x0b\x19\x01\x05 abcmemsl\xc3"
		"\xa9\xe2\x82\xac\xf0";

	start();
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t r = test_random(t);
		char c = (char)(r >> 8);

		if (r % 16)
			c = likely[(r >> 8) % (sizeof(likely) - 1)];
		if (line_byte(&line, (uint8_t)c) != LINE_MORE) {
			history_add(&history, line.text);
			line_start(&line);
		}
		if (!check(t, is_sound())) {
			test_note(t, "after %u bytes", i + 1);
			return;
		}
	}
}

TEST("kernel/line", test_line_survives_a_10_kb_paste)
{
	unsigned lines = 0;

	start();
	for (unsigned i = 0; i < 10240 / 16; i++) {
		if (type_text("echo abcdefghij\r") == LINE_DONE) {
			lines += text_is("echo abcdefghij");
			line_start(&line);
		}
	}
	check(t, lines == 640);
}
