/*
 * kernel/panic.h - the end, told in full.
 *
 * Guarantees  panic() stops every other CPU by NMI, takes over the log's drain,
 *             prints the message and a symbolised backtrace of every CPU, and
 *             halts (or leaves by the debug-exit port when the command line
 *             says panic=exit).  A second panic on another CPU just stops.
 * Context     Any, NMI included.
 * See         kernel/panic.c
 */
#pragma once

#include "kernel/compiler.h"

struct trap_frame;

void panic(const char *fmt, ...) never_returns printf_like(1, 2);

/* The same for a trap: registers and the backtrace start at frame. */
void panic_at(const struct trap_frame *frame, const char *fmt, ...)
	never_returns printf_like(2, 3);
