/*
 * kernel/compiler.h - the few words we add to C.
 *
 * Guarantees  Pure C with GNU attributes; includes nothing of ours.
 * Context     Any.
 * See         docs/style.md
 */
#pragma once

#include <stddef.h>

#define must_check	__attribute__((warn_unused_result))
#define never_returns	__attribute__((noreturn))
#define never_inline	__attribute__((noinline))
#define always_inline	inline __attribute__((always_inline))
#define printf_like(fmt, args)	__attribute__((format(printf, fmt, args)))
#define in_section(name)	__attribute__((section(name), used))
#define aligned_to(n)	__attribute__((aligned(n)))
#define packed		__attribute__((packed))

/* bytes that one cache line transfer moves on every x86_64 */
#define CACHE_LINE	64

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

/* orders the compiler only: the CPU may still reorder */
#define compiler_barrier()	__asm__ volatile("" ::: "memory")
