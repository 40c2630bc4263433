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

/*
 * The boot's phases: each begins at its marker, on the boot CPU, and is named
 * after it in the table of `make bench`, which reads these lines.  Ids from
 * 0x100 belong to tests/bench/marks.h.
 */
#define MARKER_ENTRY		1	/* boot/entry.asm, first instruction */
#define MARKER_MAIN		2	/* kernel/main.c, first line */
#define MARKER_LOADER		3	/* what the loader left is read */
#define MARKER_MEMORY		4
#define MARKER_MACHINE		5	/* ACPI, interrupts, clock, scheduler */
#define MARKER_CPUS		6	/* the others are started */
#define MARKER_ONLINE		7	/* all that answered are online */
#define MARKER_SHELL		8
#define MARKER_PROMPT		9	/* the shell waits for a line */

static always_inline void marker(int id)
{
	__asm__ volatile("nopl %c0(%%rax)"
			 : : "i"(MARKER_BASE + id) : "memory");
}
