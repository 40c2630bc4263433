/*
 * tests/kernel/test_complete.c - candidates, sorted, and their columns.
 */
#include "kernel/shell/complete.h"

#include "kernel/format.h"
#include "kernel/string.h"
#include "kernel/test.h"

static struct completion c;
static char listed[1024];
static size_t listed_size;

static void keep(const char *text, size_t n)
{
	if (n > sizeof(listed) - 1 - listed_size)
		n = sizeof(listed) - 1 - listed_size;
	memcpy(listed + listed_size, text, n);
	listed_size += n;
	listed[listed_size] = 0;
}

static bool lists(unsigned columns, const char *expected)
{
	listed_size = 0;
	listed[0] = 0;
	completion_list(&c, columns, keep);
	return !strcmp(listed, expected);
}

TEST("kernel/complete", test_completion_takes_what_begins_as_typed)
{
	completion_start(&c, "sl");
	completion_add(&c, "mem");
	completion_add(&c, "slow");
	completion_add(&c, "s");
	completion_add(&c, "slabs");
	completion_add(&c, "slow");
	check(t, c.count == 2 && c.left_out == 0);
	check(t, !strcmp(c.word[0], "slabs") && !strcmp(c.word[1], "slow"));
	check(t, c.common == 2);
}

TEST("kernel/complete", test_completion_finds_the_common_beginning)
{
	completion_start(&c, "");
	completion_add(&c, "memory");
	check(t, c.common == 6);
	completion_add(&c, "mem");
	check(t, c.common == 3);
	completion_add(&c, "member");
	check(t, c.common == 3);
	completion_add(&c, "x");
	check(t, c.common == 0);
}

TEST("kernel/complete", test_completion_lists_columns_downwards)
{
	completion_start(&c, "");
	completion_add(&c, "eee");
	completion_add(&c, "a");
	completion_add(&c, "dd");
	completion_add(&c, "bb");
	completion_add(&c, "c");
	check(t, lists(10, "a    dd\nbb   eee\nc\n"));
	check(t, lists(13, "a    c    eee\nbb   dd\n"));
	check(t, lists(2, "a\nbb\nc\ndd\neee\n"));
}

TEST("kernel/complete", test_completion_counts_what_it_leaves_out)
{
	char word[64];

	completion_start(&c, "w");
	for (unsigned i = 0; i < 1000; i++) {
		format_to(word, sizeof(word), "word-%u-and-so-much-more-text-that-it-does-not-fit", i);
		completion_add(&c, word);
	}
	check(t, c.count <= COMPLETIONS_MAX);
	check(t, c.count + c.left_out == 1000);
	check(t, c.common == 5);
}
