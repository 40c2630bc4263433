/*
 * kernel/log.h - the log behind printk(): for dmesg, panic and the consoles.
 *
 * Guarantees  kernel_log holds the last LOG_LINES lines, whatever the consoles'
 *             level.  console_drain() brings every committed line to the
 *             consoles, now or by the CPU that is at it just then.
 * Context     Any, NMI included, unless said otherwise.
 * Cost        console_drain(): one full barrier and one locked instruction when
 *             another CPU drains; else what the consoles take.
 * Limits      The drainer goes on while others keep logging, with preemption
 *             disabled: a flood holds it as long as it lasts.
 * See         kernel/printk.c, kernel/drain.c, kernel/log_ring.h
 */
#pragma once

#include <stddef.h>

#include "kernel/compiler.h"
#include "kernel/log_ring.h"
#include "kernel/printk.h"

#define LOG_LINES	1024
#define LOG_LINE_MAX	(LOG_TEXT + 64)	/* a line as consoles show it */

extern const struct log_ring kernel_log;

/* `[    0.123456] cpu3 text\n`; returns its length, < LOG_LINE_MAX. */
size_t log_format_line(const struct log_record *r, char line[LOG_LINE_MAX]);

/* Lines above this level are kept, not shown.  LOG_INFO until set. */
void log_set_console_level(enum log_level level);
enum log_level log_console_level(void);

/* The caller is not preempted, as inside printk(). */
void console_drain(void);

/*
 * The panicking CPU's: from now on nobody else drains.  A line that another CPU
 * was writing just then is written again from its start; one that another CPU
 * had not committed is given up.
 */
void console_take_over(void);
