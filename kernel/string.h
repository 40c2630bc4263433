/*
 * kernel/string.h - the C string functions that the kernel uses.
 *
 * Guarantees  As in ISO C where the name is ISO C's.  string_copy() always
 *             terminates dst and returns false when src did not fit.
 * Context     Any.
 * Cost        memcpy and memset are one `rep movsb/stosb`-class loop.
 * See         tests/kernel/test_string.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);

bool string_copy(char *dst, const char *src, size_t dst_size);

/* Shell globs: `*` any run, `?` any one character. */
bool string_glob(const char *pattern, const char *text);

/*
 * Decimal, or hexadecimal with 0x; a trailing K, M or G multiplies.  The whole
 * string must be the number.
 */
bool string_to_u64(const char *s, uint64_t *out);
