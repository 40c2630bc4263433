/*
 * tests/checker/programs/mutex_three.c - three threads lock a mutex; the last
 * owner frees it.
 */
#include "sync/mutex.h"

#include "kernel/mem.h"

#include "tests/checker/checker.h"

static struct mutex *mutex;
static unsigned left;

static void leave(void *unused)
{
	unsigned others;

	(void)unused;
	mutex_lock(mutex);
	others = --left;
	mutex_unlock(mutex);
	if (!others)
		mem_free(mutex);
}

void check_setup(void)
{
	mutex = mem_alloc(sizeof(*mutex));
	mutex_init(mutex);
	left = 3;
	check_thread("first", leave, NULL);
	check_thread("second", leave, NULL);
	check_thread("third", leave, NULL);
}
