/*
 * kernel/panic.h - the end, told in full.
 *
 * Guarantees  panic() stops every other CPU by NMI, takes over the log's drain,
 *             prints the message, the CPU and its thread, and a symbolised
 *             backtrace of every CPU, names the CPUs that did not answer, and
 *             ends as panic_set_action() said (command line: panic=), at first
 *             by halting.  A panic on another CPU meanwhile only stops it; one
 *             on the same CPU prints one line and ends.
 *             No lock is taken, waited for, or let go.
 * Context     Any, NMI included.
 * Limits      A CPU that answers no NMI runs on, and may print; it is waited
 *             for no longer than a second.
 * See         kernel/panic.c, tests/host/test_panic.py
 */
#pragma once

#include "kernel/cmdline.h"
#include "kernel/compiler.h"

struct trap_frame;

void panic(const char *fmt, ...) never_returns printf_like(1, 2);

/* The same for a trap: registers and the backtrace start at frame. */
void panic_at(const struct trap_frame *frame, const char *fmt, ...)
	never_returns printf_like(2, 3);

/* At boot, one CPU: from now on other CPUs can be stopped. */
void panic_init(void);
void panic_set_action(enum panic_action action);
