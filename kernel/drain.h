/*
 * kernel/drain.h - the right to write to the consoles, and its uses.
 *
 * Guarantees  Between drain_own() and drain_disown() the caller is the only one
 *             that writes to consoles, is not preempted, and finds nobody's
 *             line half written.
 * Context     drain_own(): where might_sleep() allows; it spins for as many
 *             lines as there are CPUs that want the same.  Between the two no
 *             lock may be taken.
 * See         kernel/drain.c; kernel/log.h for console_drain()
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct console;

void drain_own(void);
void drain_disown(void);

/* The owner's: */
void drain_below(uint64_t position);	/* show the log up to there */
void drain_emit(const char *text, size_t n);
void drain_add(struct console *c);

/* Anybody's: the lines below have been shown. */
uint64_t drain_cursor(void);
bool drain_in_panic(void);
