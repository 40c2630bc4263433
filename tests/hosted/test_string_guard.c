/*
 * tests/hosted/test_string_guard.c - strings that end where memory does.
 *
 * Built with the names of kernel/string.c changed; see tests/worlds/hosted.mk.
 */
#include "kernel/string.h"
#include "kernel/test.h"
#include "tests/hosted/guard.h"

static uint8_t bytes[64];

TEST("hosted/string", test_string_reads_no_byte_behind_the_last)
{
	for (unsigned n = 1; n < 40; n++) {
		char *a, *b;

		memset(bytes, 'x', sizeof(bytes));
		guard_reset(false);
		a = guard_copy(bytes, n, 1);
		b = guard_copy(bytes, n, 1);
		check(t, strnlen(a, n) == n);
		check(t, memcmp(a, b, n) == 0 && strncmp(a, b, n) == 0);
		check(t, memcpy(a, b, n) == a && memmove(a, b, n) == a);
		check(t, memmove(a + 1, a, n - 1) == a + 1);
		check(t, memset(a, 0, n) == a && strnlen(a, n) == 0);
		a[n - 1] = 0;
		memset(a, 'y', n - 1);
		check(t, strlen(a) == n - 1 && !strchr(a, 'x'));
		check(t, strcmp(a, a) == 0 && string_glob("*y?", a) == (n > 2));
		check(t, !string_copy(b, "a longer text than would ever fit",
				      n) || n > 33);
	}
}
