/*
 * kernel/shell/line.c - the text, what is shown of it, and the keys.
 *
 * Invariant   cursor <= length < LINE_BYTES, text[length] is 0; first and
 *             cursor begin characters, first <= cursor.
 *             The terminal's row shows the prompt and the text from first on,
 *             as far as it fits, and never its last column, so that nothing
 *             depends on when a terminal wraps.
 */
#include "kernel/shell/line.h"

#include "kernel/format.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/history.h"
#include "kernel/string.h"

static void flush(struct line *l)
{
	if (l->out_size)
		l->emit(l->out, l->out_size);
	l->out_size = 0;
}

static void put(struct line *l, const char *text, size_t n)
{
	while (n) {
		size_t part = LINE_OUT - l->out_size;

		if (part > n)
			part = n;
		memcpy(l->out + l->out_size, text, part);
		l->out_size += part;
		text += part;
		n -= part;
		if (l->out_size == LINE_OUT)
			flush(l);
	}
}

static void say(struct line *l, const char *text)
{
	put(l, text, strlen(text));
}

static bool begins_character(char c)
{
	return ((uint8_t)c & 0xc0) != 0x80;
}

static unsigned columns_between(const struct line *l, size_t from, size_t to)
{
	unsigned n = 0;

	for (; from < to; from++)
		n += begins_character(l->text[from]);
	return n;
}

static size_t left_of(const struct line *l, size_t at)
{
	while (at > 0 && !begins_character(l->text[--at]))
		;
	return at;
}

static size_t right_of(const struct line *l, size_t at)
{
	while (at < l->length && !begins_character(l->text[++at]))
		;
	return at;
}

static size_t right_by(const struct line *l, size_t at, unsigned columns)
{
	while (columns-- && at < l->length)
		at = right_of(l, at);
	return at;
}

/* Words are what blanks separate. */
static size_t word_left_of(const struct line *l, size_t at)
{
	while (at > 0 && l->text[at - 1] == ' ')
		at--;
	while (at > 0 && l->text[at - 1] != ' ')
		at--;
	return at;
}

static size_t word_right_of(const struct line *l, size_t at)
{
	while (at < l->length && l->text[at] == ' ')
		at++;
	while (at < l->length && l->text[at] != ' ')
		at++;
	return at;
}

static unsigned room(const struct line *l)
{
	unsigned used = (unsigned)strlen(l->prompt) + 1;

	return l->columns > used + 3 ? l->columns - used : 3;
}

/* Scroll only when the cursor has left the row, and then by much. */
static void choose_first(struct line *l)
{
	unsigned before = columns_between(l, 0, l->cursor);
	unsigned shown_from = columns_between(l, 0, l->first);
	unsigned space = room(l);

	if (columns_between(l, 0, l->length) <= space)
		shown_from = 0;
	else if (before < shown_from || before - shown_from > space)
		shown_from = before > space * 2 / 3 ? before - space * 2 / 3
						    : 0;
	l->first = right_by(l, 0, shown_from);
	l->column = before - shown_from;
}

static void redraw(struct line *l)
{
	char move[16];
	size_t end;

	choose_first(l);
	end = right_by(l, l->first, room(l));
	say(l, "\r");
	say(l, l->prompt);
	put(l, l->text + l->first, end - l->first);
	say(l, "\x1b[K");
	if (end == l->cursor)
		return;
	format_to(move, sizeof(move), "\r\x1b[%zuC",
		  strlen(l->prompt) + l->column);
	say(l, move);
}

static void insert(struct line *l, const char *text, size_t n)
{
	if (n >= LINE_BYTES - l->length) {
		if (!l->lost)
			say(l, "\a");
		l->lost += n;
		return;
	}
	memmove(l->text + l->cursor + n, l->text + l->cursor,
		l->length - l->cursor + 1);
	memcpy(l->text + l->cursor, text, n);
	l->length += n;
	l->cursor += n;
}

/* One character: where it stands at the end, only it is sent. */
static void type(struct line *l, const char *text, size_t n)
{
	size_t was = l->length;

	insert(l, text, n);
	if (l->length == was)
		return;
	if (l->cursor == l->length && l->column < room(l)) {
		put(l, text, n);
		l->column++;
	} else {
		redraw(l);
	}
}

/* From the cursor to `to`, which may lie on either side of it. */
static void erase(struct line *l, size_t to, bool keep)
{
	size_t from = to < l->cursor ? to : l->cursor;
	size_t end = to < l->cursor ? l->cursor : to;

	if (from == end)
		return;
	if (keep) {
		memcpy(l->erased, l->text + from, end - from);
		l->erased[end - from] = 0;
	}
	memmove(l->text + from, l->text + end, l->length - end + 1);
	l->length -= end - from;
	l->cursor = from;
	redraw(l);
}

static void set_text(struct line *l, const char *text)
{
	string_copy(l->text, text, sizeof(l->text));
	l->length = l->cursor = strlen(l->text);
	l->first = 0;
	l->lost = 0;
	redraw(l);
}

static void browse(struct line *l, bool older)
{
	const char *found = NULL;

	if (!older && l->age == 0)
		return;
	if (older || l->age > 1)
		found = history_get(l->history, older ? l->age + 1
						      : l->age - 1);
	if (older && !found)
		return;
	if (l->age == 0)
		string_copy(l->draft, l->text, sizeof(l->draft));
	l->age = older ? l->age + 1 : l->age - 1;
	set_text(l, found ? found : l->draft);
}

static void list(struct line *l)
{
	struct completion *c = l->completion;
	char more[64];

	say(l, "\n");
	flush(l);
	completion_list(c, l->columns - 1, l->emit);
	if (c->left_out) {
		format_to(more, sizeof(more), "(and %u more)\n", c->left_out);
		say(l, more);
	}
	redraw(l);
}

static void complete(struct line *l)
{
	struct completion *c = l->completion;
	size_t typed;

	l->complete(c, l->text, l->cursor);
	typed = strlen(c->typed);
	if (c->count == 0) {
		say(l, "\a");
	} else if (c->count + c->left_out == 1) {
		insert(l, c->word[0] + typed, c->common - typed);
		if (l->cursor && l->text[l->cursor - 1] != '=')
			insert(l, " ", 1);	/* after = comes a value */
		redraw(l);
	} else if (c->common > typed) {
		insert(l, c->word[0] + typed, c->common - typed);
		redraw(l);
	} else {
		list(l);
	}
}

/* Where a key moves the cursor to, or how far from it a key erases. */
static size_t target(const struct line *l, enum key key)
{
	switch (key) {
	case KEY_LEFT:
	case KEY_ERASE:
		return left_of(l, l->cursor);
	case KEY_RIGHT:
	case KEY_DELETE:
	case KEY_DELETE_OR_END:
		return right_of(l, l->cursor);
	case KEY_WORD_LEFT:
	case KEY_ERASE_WORD:
		return word_left_of(l, l->cursor);
	case KEY_WORD_RIGHT:
	case KEY_DELETE_WORD:
		return word_right_of(l, l->cursor);
	case KEY_HOME:
	case KEY_ERASE_ALL:
		return 0;
	default:
		return l->length;
	}
}

static void act(struct line *l, enum key key)
{
	switch (key) {
	case KEY_NONE:
	case KEY_ENTER:
	case KEY_ABANDON:
		break;
	case KEY_TEXT:
		type(l, l->keys.text, l->keys.text_size);
		break;
	case KEY_COMPLETE:
		complete(l);
		break;
	case KEY_LEFT: case KEY_RIGHT:
	case KEY_WORD_LEFT: case KEY_WORD_RIGHT:
	case KEY_HOME: case KEY_END:
		l->cursor = target(l, key);
		redraw(l);
		break;
	case KEY_ERASE: case KEY_DELETE: case KEY_DELETE_OR_END:
		erase(l, target(l, key), false);
		break;
	case KEY_ERASE_WORD: case KEY_DELETE_WORD:
	case KEY_ERASE_ALL: case KEY_DELETE_ALL:
		erase(l, target(l, key), true);
		break;
	case KEY_YANK:
		insert(l, l->erased, strlen(l->erased));
		redraw(l);
		break;
	case KEY_OLDER: case KEY_NEWER:
		browse(l, key == KEY_OLDER);
		break;
	case KEY_CLEAR:
		say(l, "\x1b[H\x1b[2J");
		redraw(l);
	}
}

static enum line_event event_of(const struct line *l, enum key key)
{
	if (key == KEY_ENTER)
		return LINE_DONE;
	if (key == KEY_ABANDON)
		return LINE_ABANDONED;
	if (key == KEY_DELETE_OR_END && l->length == 0)
		return LINE_END;
	return LINE_MORE;
}

void line_start(struct line *l)
{
	l->text[0] = 0;
	l->length = l->cursor = l->first = 0;
	l->column = 0;
	l->lost = 0;
	l->age = 0;
	say(l, l->prompt);
	flush(l);
}

enum line_event line_byte(struct line *l, uint8_t byte)
{
	enum key key = keys_byte(&l->keys, byte);
	enum line_event event = event_of(l, key);

	if (l->keys.broken)
		type(l, "?", 1);
	l->keys.broken = false;
	if (event == LINE_MORE)
		act(l, key);
	else
		say(l, event == LINE_ABANDONED ? "^C\n" : "\n");
	flush(l);
	return event;
}
