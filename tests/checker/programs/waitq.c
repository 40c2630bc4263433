/*
 * tests/checker/programs/waitq.c - one waits for a flag without end, one until
 * a deadline; a third sets the flag and wakes all.
 */
#include "sync/waitq.h"

#include "arch/atomic.h"

#include "tests/checker/checker.h"

static struct waitq queue;
static struct atomic32 flag;

static bool is_set(void *unused)
{
	(void)unused;
	/* relaxed: the queue's lock orders it */
	return load_relaxed(&flag);
}

static void wait(void *unused)
{
	(void)unused;
	wait_event(&queue, is_set, NULL);
	assert(is_set(NULL));
}

static void wait_a_while(void *unused)
{
	(void)unused;
	if (!wait_event_timeout(&queue, is_set, NULL, 1))
		assert(clock_ns() >= 1);
}

static void wake(void *unused)
{
	(void)unused;
	store_relaxed(&flag, 1);	/* relaxed: as above */
	waitq_wake_all(&queue);
}

static void nobody_is_left(void)
{
	assert(!waitq_count(&queue));
}

void check_setup(void)
{
	waitq_init(&queue);
	check_time(1);
	check_thread("waiter", wait, NULL);
	check_thread("impatient", wait_a_while, NULL);
	check_thread("waker", wake, NULL);
	check_finally(nobody_is_left);
}
