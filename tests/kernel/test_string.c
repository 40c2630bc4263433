/*
 * tests/kernel/test_string.c - each function against the plainest loop.
 */
#include "kernel/string.h"

#include "kernel/test.h"

#define ROOM	96

static uint8_t got[ROOM], want[ROOM];

static void fill_random(struct test *t)
{
	for (unsigned i = 0; i < ROOM; i++)
		got[i] = want[i] = test_random(t);
}

static bool same(void)
{
	for (unsigned i = 0; i < ROOM; i++)
		if (got[i] != want[i])
			return false;
	return true;
}

TEST("kernel/string", test_string_memmove_is_right_for_every_overlap)
{
	static uint8_t before[ROOM];

	for (unsigned step = 0; step < 4000; step++) {
		unsigned n = test_random(t) % (ROOM / 2);
		unsigned from = test_random(t) % (ROOM / 2);
		unsigned to = test_random(t) % (ROOM / 2);

		fill_random(t);
		for (unsigned i = 0; i < ROOM; i++)
			before[i] = want[i];
		for (unsigned i = 0; i < n; i++)
			want[to + i] = before[from + i];
		check(t, memmove(got + to, got + from, n) == got + to);
		if (!check(t, same()))
			return;
	}
}

TEST("kernel/string", test_string_memcpy_writes_its_bytes_and_no_more)
{
	static uint8_t from[ROOM];

	for (unsigned step = 0; step < 2000; step++) {
		unsigned n = test_random(t) % (ROOM / 2);
		unsigned at = test_random(t) % (ROOM / 2);
		unsigned shift = test_random(t) % (ROOM / 2);

		fill_random(t);
		for (unsigned i = 0; i < ROOM; i++)
			from[i] = test_random(t);
		for (unsigned i = 0; i < n; i++)
			want[at + i] = from[shift + i];
		check(t, memcpy(got + at, from + shift, n) == got + at);
		if (!check(t, same()))
			return;
	}
}

TEST("kernel/string", test_string_memset_writes_its_bytes_and_no_more)
{
	for (unsigned step = 0; step < 2000; step++) {
		unsigned n = test_random(t) % (ROOM / 2);
		unsigned at = test_random(t) % (ROOM / 2);
		int byte = test_random(t) % 1024 - 512;

		fill_random(t);
		for (unsigned i = 0; i < n; i++)
			want[at + i] = byte;
		check(t, memset(got + at, byte, n) == got + at);
		if (!check(t, same()))
			return;
	}
}

TEST("kernel/string", test_string_comparisons_order_unsigned_bytes)
{
	check(t, memcmp("abc", "abd", 2) == 0);
	check(t, memcmp("abc", "abd", 3) < 0);
	check(t, memcmp("\x80", "\x01", 1) > 0);
	check(t, strcmp("abc", "abc") == 0);
	check(t, strcmp("ab", "abc") < 0);
	check(t, strcmp("abc", "ab") > 0);
	check(t, strcmp("\x80", "\x01") > 0);
	check(t, strncmp("abc", "abd", 2) == 0);
	check(t, strncmp("abc", "abd", 3) < 0);
	check(t, strncmp("ab\0x", "ab\0y", 4) == 0);
	check(t, strncmp("x", "y", 0) == 0);
}

TEST("kernel/string", test_string_lengths_and_searches_stop_at_the_end)
{
	const char *text = "abca";
	char unterminated[3] = { 'x', 'y', 'z' };

	check(t, strlen("") == 0 && strlen(text) == 4);
	check(t, strnlen(text, 9) == 4 && strnlen(text, 2) == 2);
	check(t, strnlen(unterminated, 3) == 3);
	check(t, strchr(text, 'a') == text && strchr(text, 'c') == text + 2);
	check(t, strchr(text, 0) == text + 4 && strchr(text, 'z') == NULL);
}

TEST("kernel/string", test_string_copy_always_terminates_and_tells)
{
	char to[5] = "####";

	check(t, string_copy(to, "abcd", 5) && strcmp(to, "abcd") == 0);
	check(t, !string_copy(to, "12345", 5) && strcmp(to, "1234") == 0);
	check(t, string_copy(to, "", 1) && to[0] == 0 && to[1] == '2');
	check(t, !string_copy(to, "x", 1) && to[0] == 0 && to[1] == '2');
	to[0] = '#';
	check(t, !string_copy(to, "x", 0) && to[0] == '#');
}

/* By the definition, in exponential time. */
static bool slow_glob(const char *p, const char *text)
{
	if (*p == '*')
		return slow_glob(p + 1, text) ||
		       (*text && slow_glob(p, text + 1));
	if (!*p || !*text)
		return !*p && !*text;
	return (*p == '?' || *p == *text) && slow_glob(p + 1, text + 1);
}

static void random_word(struct test *t, char *to, const char *letters,
			unsigned n_letters)
{
	unsigned n = test_random(t) % 8;

	for (unsigned i = 0; i < n; i++)
		to[i] = letters[test_random(t) % n_letters];
	to[n] = 0;
}

TEST("kernel/string", test_string_glob_agrees_with_its_definition)
{
	char pattern[8], text[8];
	unsigned matched = 0;

	for (unsigned step = 0; step < 20000; step++) {
		bool is;

		random_word(t, pattern, "ab*?", 4);
		random_word(t, text, "ab", 2);
		is = slow_glob(pattern, text);
		matched += is;
		if (!check(t, string_glob(pattern, text) == is)) {
			test_note(t, "glob %s, text %s", pattern, text);
			return;
		}
	}
	check(t, matched > 1000);
	check(t, string_glob("sync/*", "sync/ticket/test_a"));
	check(t, !string_glob("sync/*", "mm/frame/test_a"));
}

static bool reads(const char *text, uint64_t value)
{
	uint64_t got_value = ~value;

	return string_to_u64(text, &got_value) && got_value == value;
}

static bool refuses(const char *text)
{
	uint64_t untouched = 77;

	return !string_to_u64(text, &untouched) && untouched == 77;
}

TEST("kernel/string", test_string_to_u64_reads_whole_numbers)
{
	check(t, reads("0", 0) && reads("42", 42) && reads("007", 7));
	check(t, reads("0xff", 255) && reads("0XAb", 0xab));
	check(t, reads("4K", 4096) && reads("0x10M", 16 << 20));
	check(t, reads("3G", 3ull << 30));
	check(t, reads("18446744073709551615", UINT64_MAX));
	check(t, reads("0xffffffffffffffff", UINT64_MAX));
}

TEST("kernel/string", test_string_to_u64_refuses_all_else)
{
	check(t, refuses("") && refuses(" 1") && refuses("1 ") &&
		 refuses("-1") && refuses("+1"));
	check(t, refuses("x") && refuses("0x") && refuses("0xg") &&
		 refuses("12a") && refuses("K"));
	check(t, refuses("4KK") && refuses("4T") && refuses("4k"));
	check(t, refuses("18446744073709551616"));
	check(t, refuses("0x10000000000000000"));
	check(t, refuses("18014398509481984K") && refuses("99999999999999G"));
}
