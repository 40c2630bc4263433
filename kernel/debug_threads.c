/*
 * kernel/debug_threads.c - what the scheduler told about threads.
 *
 * Invariant   threads is all zero until debug_set_threads(), which runs once,
 *             at boot, while one CPU runs.
 */
#include "kernel/debug.h"

static struct debug_threads threads;

void debug_set_threads(const struct debug_threads *told)
{
	threads = *told;
}

const struct debug_threads *debug_threads(void)
{
	return &threads;
}

uint32_t debug_thread_id(void)
{
	return threads.id ? threads.id() : 0;
}

const char *debug_thread_name(void)
{
	return threads.name ? threads.name() : "";
}
