/*
 * tests/checker/programs/pi_threads.h - who has which sync_self, for programs
 * with sync/pi_mutex.c.
 */
#pragma once

#include "sync/self.h"

#define MOST	4

static struct thread *threads[MOST];
static struct sync_self selves[MOST];

static unsigned index_of(struct thread *t)
{
	unsigned i = 0;

	while (threads[i] != t)
		i++;
	return i;
}

struct sync_self *thread_sync(struct thread *t)
{
	return &selves[index_of(t)];
}
