/*
 * tests/kernel/test_suggest.c - what is near enough to be meant.
 */
#include "kernel/suggest.h"

#include "kernel/string.h"
#include "kernel/test.h"

TEST("kernel/suggest", test_suggest_distance_counts_each_kind_of_edit)
{
	check(t, suggest_distance("", "") == 0);
	check(t, suggest_distance("", "abc") == 3);
	check(t, suggest_distance("abc", "") == 3);
	check(t, suggest_distance("same", "same") == 0);
	check(t, suggest_distance("help", "hepl") == 1);
	check(t, suggest_distance("help", "helps") == 1);
	check(t, suggest_distance("help", "elp") == 1);
	check(t, suggest_distance("help", "heap") == 1);
	check(t, suggest_distance("kitten", "sitting") == 3);
	check(t, suggest_distance("ca", "abc") == 3);
}

TEST("kernel/suggest", test_suggest_distance_is_symmetric_and_a_bound)
{
	for (unsigned step = 0; step < 2000; step++) {
		char a[8] = "", b[8] = "";
		unsigned n = test_random(t) % 8, m = test_random(t) % 8, d;

		for (unsigned i = 0; i < n; i++)
			a[i] = 'a' + test_random(t) % 3;
		for (unsigned i = 0; i < m; i++)
			b[i] = 'a' + test_random(t) % 3;
		d = suggest_distance(a, b);
		check(t, d == suggest_distance(b, a));
		check(t, d <= (n > m ? n : m));
		check(t, d >= (n > m ? n - m : m - n));
		check(t, (d == 0) == (strcmp(a, b) == 0));
	}
}

static const char *suggest(const char *word)
{
	static const char *const commands[] = {
		"help", "threads", "test", "stress", "mem", "reboot",
	};
	struct suggestion s;

	suggest_begin(&s, word);
	for (unsigned i = 0; i < ARRAY_LEN(commands); i++)
		suggest_offer(&s, commands[i]);
	return s.best ? s.best : "";
}

TEST("kernel/suggest", test_suggest_offers_the_nearest)
{
	check(t, strcmp(suggest("hlep"), "help") == 0);
	check(t, strcmp(suggest("tets"), "test") == 0);
	check(t, strcmp(suggest("thread"), "threads") == 0);
	check(t, strcmp(suggest("re"), "reboot") == 0);
	check(t, strcmp(suggest("men"), "mem") == 0);
}

TEST("kernel/suggest", test_suggest_is_silent_about_what_is_far)
{
	struct suggestion s;

	check(t, strcmp(suggest("xyzzy"), "") == 0);
	check(t, strcmp(suggest(""), "") == 0);
	check(t, strcmp(suggest("q"), "") == 0);
	check(t, strcmp(suggest("a word of more than thirty-one letters"),
			"") == 0);
	suggest_begin(&s, "a word");
	suggest_offer(&s, "a word of more than thirty-one letters");
	check(t, s.best == NULL);
	check(t, suggest_distance("a word of more than thirty-one letters",
				  "") == SUGGEST_WORD + 1);
}
