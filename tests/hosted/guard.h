/*
 * tests/hosted/guard.h - bytes next to which nothing can be read.
 *
 * Guarantees  guard_copy() returns a copy of n bytes that ends, or begins,
 *             exactly at a page that cannot be accessed; which of the two is
 *             what guard_reset() was told.  (Where it ends there, n is rounded
 *             up to `align` first, and the copy is followed by that padding.)
 *             It returns NULL when all slots since guard_reset() are taken.
 * Context     Hosted tests, one thread.
 * See         tests/hosted/test_parser_mutations.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define GUARD_SLOTS	64
#define GUARD_ROOM	65536

void guard_reset(bool at_start);
void *guard_copy(const void *from, size_t n, size_t align);

/* A fault prints what() and ends the program with status 3. */
void guard_report(void (*what)(void));
