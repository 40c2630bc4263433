/*
 * tests/hosted/log_world.c - the log and its consoles as a program.
 *
 * Nothing here is locked: that only one CPU at a time writes to a console, and
 * that each sees what the one before did, is for ThreadSanitizer to check.
 */
#include "tests/hosted/log_world.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/console.h"
#include "arch/clock.h"

#define ROOM	(64UL << 20)

char *captured;
size_t captured_size;
void (*capture_slow)(void);
static bool capturing;

uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void world_write(const char *text, size_t n)
{
	if (!capturing || !strncmp(text, "# ", 2)) {
		fwrite(text, 1, n, stdout);
		fflush(stdout);
		return;
	}
	if (captured_size + n > ROOM)
		abort();
	if (capture_slow)
		capture_slow();
	memcpy(captured + captured_size, text, n);
	captured_size += n;
	captured[captured_size] = 0;
}

static struct console world_console = {
	.name = "world", .write = world_write,
};

__attribute__((constructor)) static void world_start(void)
{
	captured = malloc(ROOM + 1);
	if (!captured)
		abort();
	console_register(&world_console);
}

void capture_begin(void)
{
	console_flush();
	capturing = true;
	captured_size = 0;
	captured[0] = 0;
	capture_slow = NULL;
}

void capture_end(void)
{
	console_flush();
	capturing = false;
}
