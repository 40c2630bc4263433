/*
 * kernel/string.c - the C string functions that the kernel uses.
 *
 * Invariant   The compiler may turn a plain copying loop into a call of memcpy
 *             and so on, which inside memcpy would never end.  Hence the block
 *             functions are made of string instructions, which it leaves
 *             alone, and the loops that remain step over single bytes with a
 *             comparison in them.
 *             The ABI keeps the direction flag clear at every call; memmove
 *             sets it for one instruction pair only.
 * References  Intel SDM volume 1, 7.3.9 (string operations); Russ Cox, "Glob
 *             Matching Can Be Simple And Fast Too" (2017), for string_glob().
 */
#include "kernel/string.h"

#include "kernel/compiler.h"

void *memcpy(void *dst, const void *src, size_t n)
{
	void *to = dst;
	size_t words = n / 8;
	size_t bytes = n % 8;

	__asm__ volatile("rep movsq"
			 : "+D"(to), "+S"(src), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb"
			 : "+D"(to), "+S"(src), "+c"(bytes) : : "memory");
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	const char *last_src = (const char *)src + n - 1;
	char *last_dst = (char *)dst + n - 1;

	/* forward is right unless dst begins inside src */
	if ((uintptr_t)dst - (uintptr_t)src >= n)
		return memcpy(dst, src, n);
	__asm__ volatile("std; rep movsb; cld"
			 : "+D"(last_dst), "+S"(last_src), "+c"(n)
			 : : "memory");
	return dst;
}

void *memset(void *dst, int byte, size_t n)
{
	uint64_t word = (uint8_t)byte * 0x0101010101010101ull;
	void *to = dst;
	size_t words = n / 8;
	size_t bytes = n % 8;

	__asm__ volatile("rep stosq"
			 : "+D"(to), "+c"(words) : "a"(word) : "memory");
	__asm__ volatile("rep stosb"
			 : "+D"(to), "+c"(bytes) : "a"(word) : "memory");
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a;
	const uint8_t *y = b;

	for (size_t i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n]) {
		compiler_barrier();	/* or this becomes a call of strlen */
		n++;
	}
	return n;
}

size_t strlen(const char *s)
{
	return strnlen(s, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t x = a[i];
		uint8_t y = b[i];

		if (x != y || !x)
			return x - y;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

bool string_copy(char *dst, const char *src, size_t dst_size)
{
	size_t n = strnlen(src, dst_size);
	bool fits = n < dst_size;

	if (dst_size == 0)
		return false;
	if (!fits)
		n = dst_size - 1;
	memcpy(dst, src, n);
	dst[n] = 0;
	return fits;
}

/*
 * On a mismatch only the last star has to be tried again, one character
 * further: what an earlier star took could have been taken by the last one.
 */
bool string_glob(const char *pattern, const char *text)
{
	const char *star = NULL, *star_text = NULL;

	/* ends: text moves on, or star_text does, and neither goes back */
	while (*text || *pattern) {
		if (*pattern == '*') {
			star = ++pattern;
			star_text = text;
		} else if (*text && (*pattern == '?' || *pattern == *text)) {
			pattern++;
			text++;
		} else if (star && *star_text) {
			pattern = star;
			text = ++star_text;
		} else {
			return false;
		}
	}
	return true;
}

static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* 0 for no suffix, 64 for one that is none. */
static unsigned suffix_shift(const char *s)
{
	if (!*s)
		return 0;
	if (s[1])
		return 64;
	switch (*s) {
	case 'K': return 10;
	case 'M': return 20;
	case 'G': return 30;
	default: return 64;
	}
}

bool string_to_u64(const char *s, uint64_t *out)
{
	unsigned base = 10, shift;
	uint64_t value = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	if (digit_value(*s) >= base)
		return false;
	for (; digit_value(*s) < base; s++)
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit_value(*s), &value))
			return false;
	shift = suffix_shift(s);
	if (shift >= 64 || value > UINT64_MAX >> shift)
		return false;
	*out = value << shift;
	return true;
}
