/*
 * kernel/printk.h - the log.
 *
 * Guarantees  Each printk() is one whole line, never interleaved with another;
 *             it is kept for dmesg with its level, CPU and time, and reaches
 *             every console in the order of the log.  Producers never wait:
 *             when the ring is full, lines are lost and the loss is reported.
 * Context     Any, NMI included, under any lock.
 * Cost        Formatting, one locked add, and usually the draining.
 * See         kernel/printk.c, kernel/console.h, tests/kernel/test_printk.c
 */
#pragma once

#include "kernel/compiler.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void printk(enum log_level level, const char *fmt, ...) printf_like(2, 3);

#define pr_error(...)	printk(LOG_ERROR, __VA_ARGS__)
#define pr_warn(...)	printk(LOG_WARN, __VA_ARGS__)
#define pr_info(...)	printk(LOG_INFO, __VA_ARGS__)
#define pr_debug(...)	printk(LOG_DEBUG, __VA_ARGS__)
