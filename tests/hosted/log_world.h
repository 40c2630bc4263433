/*
 * tests/hosted/log_world.h - the log and its consoles as a program.
 *
 * Guarantees  One console, registered at start.  It shows what it is given on
 *             standard output, except between capture_begin() and
 *             capture_end(): then it keeps it in captured[0 .. n-1] and calls
 *             capture_slow before each write, if set.  A test's notes ("# ...")
 *             go to standard output even then.
 */
#pragma once

#include <stddef.h>

extern char *captured;
extern size_t captured_size;
extern void (*capture_slow)(void);

void capture_begin(void);
void capture_end(void);
