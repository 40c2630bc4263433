/*
 * tests/kernel/test_words.c - command lines, cut into words.
 */
#include "kernel/shell/words.h"

#include "kernel/string.h"
#include "kernel/test.h"

static char text[256];
static struct words w;

/* The words of the first command, joined by | */
static bool splits(const char *from, const char *expected)
{
	static char joined[256];
	size_t n = 0;

	string_copy(text, from, sizeof(text));
	words_split(&w, text);
	for (int i = 0; i < w.argc; i++) {
		size_t length = strlen(w.argv[i]);

		if (i)
			joined[n++] = '|';
		memcpy(joined + n, w.argv[i], length);
		n += length;
	}
	joined[n] = 0;
	return !w.argv[w.argc] && !w.error && !strcmp(joined, expected);
}

TEST("kernel/words", test_words_are_what_blanks_separate)
{
	check(t, splits("", "") && w.argc == 0);
	check(t, splits("   \t ", "") && w.argc == 0);
	check(t, splits("mem", "mem"));
	check(t, splits("  test  sync/*\tx ", "test|sync/*|x"));
}

TEST("kernel/words", test_words_know_quotes_and_backslashes)
{
	check(t, splits("echo 'a  b' \"c d\"", "echo|a  b|c d"));
	check(t, splits("a'b'\"c\"d", "abcd"));
	check(t, splits("'' \"\"", "|") && w.argc == 2);
	check(t, splits("a\\ b \\' \\\\ \\;", "a b|'|\\|;"));
	check(t, splits("\"a\\\"b\\\\\" 'c\\d'", "a\"b\\|c\\d"));
	check(t, splits("a\\", "a\\"));
}

TEST("kernel/words", test_words_end_at_a_semicolon)
{
	check(t, splits("a b;c d", "a|b") && !strcmp(w.rest, "c d"));
	check(t, splits("a b ; c", "a|b") && !strcmp(w.rest, " c"));
	check(t, splits(";a", "") && !strcmp(w.rest, "a"));
	check(t, splits("a ';' b", "a|;|b") && !w.rest);
	check(t, splits("'a';b", "a") && !strcmp(w.rest, "b"));
}

TEST("kernel/words", test_words_end_at_a_comment)
{
	check(t, splits("a # b ; c", "a") && !w.rest);
	check(t, splits("a#b", "a#b"));
}

TEST("kernel/words", test_words_tell_whether_the_last_is_open)
{
	check(t, splits("ab", "ab") && w.open);
	check(t, splits("ab ", "ab") && !w.open);
	check(t, splits("ab;", "ab") && !w.open);
	check(t, splits("ab 'c'", "ab|c") && w.open);
}

TEST("kernel/words", test_words_report_what_is_wrong)
{
	check(t, !splits("echo 'abc", "") && w.error);
	check(t, !splits("echo \"abc\\\"", "") && w.error);
	memset(text, 0, sizeof(text));
	for (unsigned i = 0; i < 40; i++)
		memcpy(text + 2 * i, "a ", 2);
	words_split(&w, text);
	check(t, w.error && w.argc == WORDS_MAX && !w.argv[w.argc]);
}

TEST("kernel/words", test_words_survive_any_bytes)
{
	static const char likely[] = "ab '\"\\;# \t";

	for (unsigned i = 0; i < 5000; i++) {
		size_t n = test_random(t) % (sizeof(text) - 1);
		size_t total = 0;

		for (size_t k = 0; k < n; k++)
			text[k] = likely[test_random(t) % (sizeof(likely) - 1)];
		text[n] = 0;
		words_split(&w, text);
		for (int k = 0; k < w.argc; k++)
			total += strlen(w.argv[k]);
		if (!check(t, total <= n && w.argc <= WORDS_MAX) ||
		    !check(t, !w.rest || w.rest <= text + n))
			return;
	}
}
