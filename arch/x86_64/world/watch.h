/*
 * arch/x86_64/world/watch.h - the watch seam: a word that is set once, at boot.
 */
#pragma once

#include <stdbool.h>

#include "arch/atomic.h"
#include "arch/cpu.h"

void watch_listen(bool on);	/* at boot, one CPU */
#define WATCH_TURNS	4096

extern struct atomic32 watch_listens;	/* 0: watch=off, or too early */

/* As relaxed: a setting.  One instruction and the branch on its flags. */
static always_inline bool watch_on(void)
{
	bool on;

	__asm__ volatile("cmpl $0, %1" : "=@ccne"(on) : "m"(watch_listens));
	return unlikely(on);
}

/* Turns of this CPU's loops that wait since watch_first_turn(). */
PERCPU_DECLARE(uint32_t, watch_turns);

static always_inline void watch_first_turn(void)
{
	this_cpu_write(watch_turns, 0);
}

/* The first of them, and now and then another. */
static always_inline bool watch_turn(void)
{
	uint32_t turn = this_cpu_read(watch_turns);

	this_cpu_write(watch_turns, turn + 1);
	return unlikely(turn % WATCH_TURNS == 0);
}

static always_inline bool watch_irqs_were_on(uint64_t was)
{
	return was & RFLAGS_IF;
}

/*
 * Of the function that this stands in, the caller's return address.  Frames are
 * { caller's frame, return address }; all that call out have one.
 */
#define watch_callers_site() \
	((uint32_t)(*(uint64_t **)__builtin_frame_address(0))[1])

/*
 * An object that no initialiser need have seen, being static, by an address
 * that is the same for the copies of all CPUs; 0: it is not static.
 */
uintptr_t watch_static_key(const void *object);

/* The caller's stack: where it was called, and so on. */
unsigned watch_backtrace(uint64_t *pcs, unsigned max);
