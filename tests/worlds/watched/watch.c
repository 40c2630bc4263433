/*
 * tests/worlds/watched/watch.c - what the watch seam knows of this host.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arch/cpu.h"
#include "kernel/printk.h"
#include "kernel/symbols.h"
#include "sync/lockdep.h"
#include "tests/worlds/watched/said.h"

extern char __data_start[], _end[];

static __thread struct sync_self mine;

__attribute__((constructor)) static void begin(void)
{
	for (unsigned i = 0; i < 64; i++)	/* as many as threads */
		cpumask_set(&cpus_possible, i);
	lockdep_start(true);
	lockdep_thread_begin(&mine, 1, "main");
}

struct sync_self *sync_self(void)
{
	return &mine;
}

unsigned sync_self_stack(const struct sync_self *s, uint64_t *pcs,
			 unsigned max)
{
	return s == &mine ? watch_backtrace(pcs, max) : 0;
}

uintptr_t watch_static_key(const void *object)
{
	uintptr_t at = (uintptr_t)object;
	bool ours = at >= (uintptr_t)__data_start && at < (uintptr_t)_end;

	return ours ? at : 0;
}

/* The frames of the program itself: those of libc need not have any. */
unsigned watch_backtrace(uint64_t *pcs, unsigned max)
{
	uintptr_t *frame = __builtin_frame_address(0);
	unsigned n = 0;

	while (n < max && frame[1] && frame[1] < UINT32_MAX) {
		pcs[n++] = frame[1];
		if (frame[0] <= (uintptr_t)frame)
			break;
		frame = (uintptr_t *)frame[0];
	}
	return n;
}

const char *symbol_find_object(uint64_t address, uint64_t *offset,
			       const char **file)
{
	(void)address;
	(void)offset;
	(void)file;
	return NULL;
}

/* what printk() said, while it is listened to; under said_lock */
static pthread_mutex_t said_lock = PTHREAD_MUTEX_INITIALIZER;
static char said[SAID_MAX];
static size_t said_length;
static bool listening;

void said_begin(void)
{
	pthread_mutex_lock(&said_lock);
	said_length = 0;
	said[0] = 0;
	listening = true;
	pthread_mutex_unlock(&said_lock);
}

const char *said_end(void)
{
	pthread_mutex_lock(&said_lock);
	listening = false;
	pthread_mutex_unlock(&said_lock);
	return said;
}

unsigned said_times(const char *text, const char *part)
{
	unsigned n = 0;

	for (text = strstr(text, part); text; text = strstr(text + 1, part))
		n++;
	return n;
}

void printk(enum log_level level, const char *fmt, ...)
{
	size_t room = sizeof(said) - said_length;
	va_list args;
	int n;

	(void)level;
	va_start(args, fmt);
	pthread_mutex_lock(&said_lock);
	if (!listening) {
		printf("# ");
		vprintf(fmt, args);
		printf("\n");
	} else if ((n = vsnprintf(said + said_length, room, fmt, args)) >= 0 &&
		   (size_t)n + 1 < room) {
		said_length += n;
		said[said_length++] = '\n';
		said[said_length] = 0;
	}
	pthread_mutex_unlock(&said_lock);
	va_end(args);
}
