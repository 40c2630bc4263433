/*
 * tests/san/race/race.h - the names that compilers call before an access.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define RACE_ACCESS(n) \
	void __tsan_read##n(uintptr_t at); \
	void __tsan_write##n(uintptr_t at); \
	void __tsan_unaligned_read##n(uintptr_t at); \
	void __tsan_unaligned_write##n(uintptr_t at); \
	void __tsan_volatile_read##n(uintptr_t at); \
	void __tsan_volatile_write##n(uintptr_t at); \
	void __tsan_unaligned_volatile_read##n(uintptr_t at); \
	void __tsan_unaligned_volatile_write##n(uintptr_t at); \
	void __tsan_read_write##n(uintptr_t at); \
	void __tsan_unaligned_read_write##n(uintptr_t at)

RACE_ACCESS(1);
RACE_ACCESS(2);
RACE_ACCESS(4);
RACE_ACCESS(8);
RACE_ACCESS(16);

void __tsan_init(void);
void __tsan_read_range(uintptr_t at, size_t size);
void __tsan_write_range(uintptr_t at, size_t size);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void);

/* How many accesses were watched; a planted race is looked for more often. */
uint64_t race_watched(void);
