/*
 * tests/kernel/test_format.c - what each conversion makes.
 *
 * See  tests/hosted/test_format_random.c, which compares with the host's libc.
 */
#include "kernel/format.h"

#include "kernel/string.h"
#include "kernel/test.h"

static char buf[128];

#define is(t, want, ...) \
	check(t, format_to(buf, sizeof(buf), __VA_ARGS__) == strlen(want) && \
		 !strcmp(buf, want))

TEST("kernel/format", test_format_copies_plain_text)
{
	is(t, "", "%s", "");
	is(t, "plain 100%", "plain 100%%");
}

TEST("kernel/format", test_format_converts_every_integer_size)
{
	is(t, "-1 1 4294967295", "%d %i %u", -1, 1, -1u);
	is(t, "-1 255 -1 65535", "%hhd %hhu %hd %hu", (signed char)-1,
	   (unsigned char)255, (short)-1, (unsigned short)65535);
	is(t, "-9223372036854775808", "%ld", INT64_MIN);
	is(t, "18446744073709551615", "%llu", ~0ULL);
	is(t, "ff FF 0xff 0", "%x %X %#x %#x", 255, 255, 255, 0);
	is(t, "deadbeefcafe", "%zx", (size_t)0xdeadbeefcafe);
	is(t, "7 8", "%td %ju", (ptrdiff_t)7, (uintmax_t)8);
}

TEST("kernel/format", test_format_pads_as_iso_c_says)
{
	is(t, "[   42][42   ][00042]", "[%5d][%-5d][%05d]", 42, 42, 42);
	is(t, "[  007][+42][ 42][-0042]", "[%5.3d][%+d][% d][%05d]", 7, 42, 42,
	   -42);
	is(t, "[0x00ff][]", "[%#06x][%.0d]", 255, 0);
	is(t, "[  ab][ab  ][ab]", "[%4s][%-4s][%.2s]", "ab", "ab", "abc");
	is(t, "[   7][7   ]", "[%*d][%*d]", 4, 7, -4, 7);
	is(t, "[abc][x  ]", "[%.*s][%-3c]", 3, "abcdef", 'x');
}

TEST("kernel/format", test_format_never_reads_behind_a_precision)
{
	char unterminated[3] = { 'a', 'b', 'c' };

	is(t, "abc", "%.3s", unterminated);
	is(t, "(null)", "%s", t->skipped);	/* not skipped: NULL */
}

TEST("kernel/format", test_format_cuts_at_the_buffer_and_says_so)
{
	memset(buf, '#', sizeof(buf));
	check(t, format_to(buf, 4, "%s", "abcdef") == 6);
	check(t, !strcmp(buf, "abc"));
	check(t, buf[4] == '#');
	check(t, format_to(buf, 1, "%d", 12345) == 5);
	check(t, buf[0] == 0);
	memset(buf, '#', sizeof(buf));
	check(t, format_to(buf, 0, "%d", 12345) == 5);
	check(t, buf[0] == '#');
}

TEST("kernel/format", test_format_prints_pointers)
{
	is(t, "0x0 0xffffffff80100000", "%p %p", (void *)0,
	   (void *)0xffffffff80100000);
	is(t, "[      0x10][0x10      ]", "[%10p][%-10p]", (void *)16,
	   (void *)16);
}

TEST("kernel/format", test_format_prints_an_unknown_address_as_a_number)
{
	is(t, "[0x10 ][0x11]", "[%5pS][%pB]", (void *)16, (void *)17);
}

TEST("kernel/format", test_format_stops_at_an_unknown_conversion)
{
	const char *fmt = "a %d %k %s";		/* not for the compiler's eyes */

	is(t, "a 1 %k %s", fmt, 1);
	fmt = "ends in %";
	is(t, "ends in %", fmt, 1);
	fmt = "ends in %-08l";
	is(t, "ends in %-08l", fmt, 1);
}
