/*
 * tests/worlds/mesi/world/atomic.h - each access goes through the model first.
 *
 * The builtins' names are taken over for the body that is written with them.
 * One CPU runs at a time, so what follows the model's answer is a plain access.
 * A compare-and-swap takes the line for writing even when it fails, as x86's
 * does.
 */
#pragma once

void world_reads(const void *p);
void world_writes(const void *p);

#define MESI_UPDATE_(p, new_value) ({ \
	world_writes(p); \
	__typeof__(*(p)) was_ = *(p); \
	*(p) = (new_value); \
	was_; })

#define __atomic_load_n(p, order)	({ world_reads(p); *(p); })
#define __atomic_store_n(p, v, order)	((void)MESI_UPDATE_(p, v))
#define __atomic_exchange_n(p, v, order)	MESI_UPDATE_(p, v)
#define __atomic_fetch_add(p, v, order)	MESI_UPDATE_(p, was_ + (v))
#define __atomic_fetch_or(p, v, order)	MESI_UPDATE_(p, was_ | (v))
#define __atomic_fetch_and(p, v, order)	MESI_UPDATE_(p, was_ & (v))
#define __atomic_compare_exchange_n(p, expected, v, weak, yes, no) ({ \
	bool same_ = MESI_UPDATE_(p, was_ == *(expected) ? (v) : was_) \
		     == *(expected); \
	if (!same_) \
		*(expected) = *(p); \
	same_; })
#define __atomic_thread_fence(order)	((void)0)

#include "tests/worlds/threads/world/atomic.h"

#undef __atomic_load_n
#undef __atomic_store_n
#undef __atomic_exchange_n
#undef __atomic_fetch_add
#undef __atomic_fetch_or
#undef __atomic_fetch_and
#undef __atomic_compare_exchange_n
#undef __atomic_thread_fence
