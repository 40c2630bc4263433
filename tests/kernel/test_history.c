/*
 * tests/kernel/test_history.c - lines kept, in order, once each.
 */
#include "kernel/shell/history.h"

#include "kernel/format.h"
#include "kernel/string.h"
#include "kernel/test.h"

static struct history h;

static bool line_is(unsigned age, const char *text)
{
	const char *line = history_get(&h, age);

	return text ? line && !strcmp(line, text) : !line;
}

TEST("kernel/history", test_history_returns_the_newest_first)
{
	memset(&h, 0, sizeof(h));
	check(t, line_is(0, NULL) && line_is(1, NULL));
	history_add(&h, "a");
	history_add(&h, "bb");
	check(t, line_is(1, "bb") && line_is(2, "a") && line_is(3, NULL));
	check(t, line_is(0, NULL));
}

TEST("kernel/history", test_history_keeps_no_duplicate_and_no_empty_line)
{
	memset(&h, 0, sizeof(h));
	history_add(&h, "a");
	history_add(&h, "b");
	history_add(&h, "c");
	history_add(&h, "a");
	history_add(&h, "");
	check(t, h.count == 3);
	check(t, line_is(1, "a") && line_is(2, "c") && line_is(3, "b"));
}

TEST("kernel/history", test_history_forgets_the_oldest_when_full)
{
	char text[40];

	memset(&h, 0, sizeof(h));
	for (unsigned i = 0; i < 1000; i++) {
		format_to(text, sizeof(text), "a line with number %u", i);
		history_add(&h, text);
		check(t, h.used <= HISTORY_BYTES);
	}
	check(t, line_is(1, "a line with number 999"));
	check(t, h.count > 100);
	format_to(text, sizeof(text), "a line with number %u", 1000 - h.count);
	check(t, line_is(h.count, text));
}

TEST("kernel/history", test_history_refuses_what_can_never_fit)
{
	static char huge[HISTORY_BYTES + 1];

	memset(&h, 0, sizeof(h));
	history_add(&h, "kept");
	memset(huge, 'x', HISTORY_BYTES);
	history_add(&h, huge);
	check(t, h.count == 1 && line_is(1, "kept"));
	huge[HISTORY_BYTES - 1] = 0;
	history_add(&h, huge);
	check(t, h.count == 1 && line_is(1, huge));
}
