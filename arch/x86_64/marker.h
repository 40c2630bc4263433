/*
 * arch/x86_64/marker.h - a place in the code that a measurement can see.
 *
 * Guarantees  marker(id) is one instruction that changes nothing: the 7-byte
 *             no-op `nopl 0x71530000+id(%rax)`.  Its operand is never
 *             accessed; the displacement only carries the id (0 .. 0xffff),
 *             and no compiler or assembler pads with it.  tools/plugin/count.c
 *             recognises the bytes; anything else runs through them.
 *             What stands before it in the source stays before it.
 * Context     Any, NMI included.
 * Cost        One no-op.
 * See         tools/plugin/count.c, tools/bench.py; Intel SDM vol. 2B, NOP
 */
#pragma once

#include "kernel/compiler.h"

#define MARKER_BASE	0x71530000

/* Ids of the boot's phases: each begins at its marker. */
enum marker_phase {
	MARKER_ENTRY = 1,	/* boot/entry.asm: the first instruction */
	MARKER_MAIN,		/* kernel/main.c: C begins */
	MARKER_MEMORY,
	MARKER_INTERRUPTS,
	MARKER_SCHED,
	MARKER_CPUS,		/* the others are started */
	MARKER_ONLINE,		/* all that answered are online */
	MARKER_SHELL,
	MARKER_PROMPT,		/* the shell waits for its first key */
	MARKER_BENCH = 0x100,	/* tests/bench: two a row of the table */
};

static always_inline void marker(enum marker_phase id)
{
	__asm__ volatile("nopl %c0(%%rax)"
			 : : "i"(MARKER_BASE + (int)id) : "memory");
}
