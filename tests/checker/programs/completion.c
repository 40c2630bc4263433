/*
 * tests/checker/programs/completion.c - a completion that the one who waits frees
 * when the wait returns.  Another gives up in time.
 */
#include "sync/completion.h"

#include "kernel/mem.h"

#include "tests/checker/checker.h"

static struct completion *ready;
static struct completion shared;
static unsigned data;

static void complete_two(void *unused)
{
	(void)unused;
	data = 1;
	complete(ready);
	complete(&shared);
}

static void wait(void *unused)
{
	(void)unused;
	wait_for_completion(ready);
	assert(data);
	mem_free(ready);
}

static void wait_a_while(void *unused)
{
	(void)unused;
	if (wait_for_completion_timeout(&shared, 1))
		assert(data && !try_wait_for_completion(&shared));
}

void check_setup(void)
{
	ready = mem_alloc(sizeof(*ready));
	completion_init(ready);
	completion_init(&shared);
	check_time(1);
	check_thread("waiter", wait, NULL);
	check_thread("impatient", wait_a_while, NULL);
	check_thread("doer", complete_two, NULL);
}
