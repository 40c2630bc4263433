/*
 * kernel/console.h - where the log and the shell's output appear.
 *
 * Guarantees  write() of a registered console is called by one CPU at a time,
 *             preemption disabled, with text whose lines end in \n.
 * Context     write() may be called in any context, a panic included: it takes
 *             no lock and waits for nothing but its device.
 * See         kernel/console.c, kernel/drain.c; arch/x86_64/serial.c, ega.c,
 *             framebuffer.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/compiler.h"

struct console {
	const char *name;
	void (*write)(const char *text, size_t n);
	bool muted;		/* set at boot: registered, but not used */
	struct console *next;	/* the registry's */
};

/* At boot, one CPU.  Replays the log so far to the new console. */
void console_register(struct console *c);

/*
 * Text for the person at the terminal, on every console, not in dmesg; behind
 * all that was logged before.  Each call's text stays together.  Waits for its
 * turn where it may sleep; where it may not, the text takes room in the log
 * until it is shown, in pieces of LOG_TEXT - 1 bytes.  console_printf() cuts at
 * 511 bytes.  Context: any.
 */
void console_write(const char *text, size_t n);
void console_printf(const char *fmt, ...) printf_like(1, 2);

/* Everything that was logged before the call is on the consoles. */
void console_flush(void);
