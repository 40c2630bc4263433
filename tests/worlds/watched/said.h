/*
 * tests/worlds/watched/said.h - what those who watch the locks print.
 *
 * Guarantees  From said_begin() to said_end() nothing of printk() goes to
 *             standard output; said_end() returns it, a line each, good until
 *             the next said_begin().
 *             said_times() is how often part occurs in text.
 * Context     One test at a time; a text of SAID_MAX bytes is cut there.
 * See         tests/worlds/watched/watch.c, tests/hosted/test_watch_reports.c
 */
#pragma once

#define SAID_MAX	16384

void said_begin(void);
const char *said_end(void);
unsigned said_times(const char *text, const char *part);
