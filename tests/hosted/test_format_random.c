/*
 * tests/hosted/test_format_random.c - the same text as the host's libc.
 *
 * Random conversions (flags, width, precision, length, letter), random values
 * and buffer sizes; the result and every byte of the buffer must agree.
 */
#include <stdio.h>

#include "kernel/format.h"
#include "kernel/string.h"
#include "kernel/test.h"

#define ROUNDS	300000
#define ROOM	64

static char fmt[64];
static char ours[ROOM], theirs[ROOM];

static unsigned below(struct test *t, unsigned n)
{
	return (unsigned)(test_random(t) % n);
}

static char *append(char *at, const char *text)
{
	while (*text)
		*at++ = *text++;
	return at;
}

/* `before %<flags><width><.precision>`; flags are left out where C is silent */
static char *random_head(struct test *t, const char *flags)
{
	char *at = append(fmt, below(t, 2) ? "a b " : "");

	*at++ = '%';
	for (; *flags; flags++)
		if (!below(t, 3))
			*at++ = *flags;
	if (below(t, 2))
		at += sprintf(at, "%u", 1 + below(t, 30));
	return at;
}

static void finish(struct test *t, char *at, const char *tail)
{
	at = append(at, tail);
	at = append(at, below(t, 2) ? " c" : "");
	*at = 0;
	memset(ours, '#', sizeof(ours));
	memset(theirs, '#', sizeof(theirs));
}

static bool agree(struct test *t, size_t got, int want)
{
	bool same = got == (size_t)want && !memcmp(ours, theirs, ROOM);

	if (!same)
		test_note(t, "\"%s\": ours %zu \"%.*s\", theirs %d \"%.*s\"",
			  fmt, got, ROOM, ours, want, ROOM, theirs);
	return same;
}

static uint64_t random_value(struct test *t)
{
	uint64_t v = test_random(t);

	switch (below(t, 4)) {
	case 0:
		return v;
	case 1:
		return v >> below(t, 64);
	case 2:
		return ~0ULL << below(t, 64);
	default:
		return below(t, 3);
	}
}

static bool integer_agrees(struct test *t)
{
	static const char *const length[] = { "hh", "h", "", "l", "ll", "z" };
	static const char *const letter[] = { "d", "i", "u", "x", "X" };
	unsigned which = below(t, 5);
	unsigned wide = below(t, 6);
	char *at = random_head(t, which < 2 ? "-0+ " : which < 3 ? "-0" : "-0#");
	uint64_t v = random_value(t);
	size_t n = below(t, ROOM + 1);

	if (below(t, 2))
		at += sprintf(at, ".%u", below(t, 30));
	at = append(at, length[wide]);
	finish(t, at, letter[which]);
	if (wide < 3)
		return agree(t, format_to(ours, n, fmt, (unsigned)v),
			     snprintf(theirs, n, fmt, (unsigned)v));
	return agree(t, format_to(ours, n, fmt, v),
		     snprintf(theirs, n, fmt, v));
}

static bool string_agrees(struct test *t)
{
	char text[40];
	size_t length = below(t, sizeof(text));
	size_t n = below(t, ROOM + 1);
	char *at = random_head(t, "-");

	for (size_t i = 0; i < length; i++)
		text[i] = (char)('A' + below(t, 58));
	text[length] = 0;
	if (below(t, 2))
		at += sprintf(at, ".%u", below(t, 30));
	finish(t, at, "s");
	return agree(t, format_to(ours, n, fmt, text),
		     snprintf(theirs, n, fmt, text));
}

static bool pointer_agrees(struct test *t)
{
	void *p = (void *)(random_value(t) | 1);
	size_t n = below(t, ROOM + 1);
	char *at = random_head(t, "-");

	finish(t, at, "p");
	return agree(t, format_to(ours, n, fmt, p),
		     snprintf(theirs, n, fmt, p));
}

static bool char_agrees(struct test *t)
{
	int c = 1 + (int)below(t, 255);
	size_t n = below(t, ROOM + 1);
	char *at = random_head(t, "-");

	finish(t, at, "c");
	return agree(t, format_to(ours, n, fmt, c),
		     snprintf(theirs, n, fmt, c));
}

TEST("hosted/format", test_format_agrees_with_the_hosts_libc)
{
	static bool (*const agrees[])(struct test *) = {
		integer_agrees, integer_agrees, string_agrees, pointer_agrees,
		char_agrees,
	};

	for (unsigned i = 0; i < ROUNDS; i++)
		if (!check(t, agrees[below(t, ARRAY_LEN(agrees))](t)))
			return;
}
