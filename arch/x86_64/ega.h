/*
 * arch/x86_64/ega.h - the 80x25 text screen.
 *
 * Guarantees  ega_init() blanks the screen and returns its console.
 * Context     The console's write: any, one CPU at a time (kernel/console.h).
 * Cost        A 16-bit store a changed cell, four port writes a cursor move.
 * Limits      The font is the adapter's, so only ASCII shows as itself.
 * See         arch/x86_64/vt.h
 */
#pragma once

#include "kernel/compiler.h"

struct boot_screen;
struct console;

/* mapped is where screen->base can be accessed.  NULL: larger than 80x25. */
struct console *ega_init(void *mapped, const struct boot_screen *screen)
	must_check;
