/*
 * tests/checker/programs/futex_mutex.c - three threads lock; one of them gives
 * up at a deadline.  Told "pair": two of them.
 */
#include "sync/futex_mutex.h"

#include "tests/checker/checker.h"

static struct futex_mutex mutex;
static unsigned counter, expected;

static void add(void *unused)
{
	(void)unused;
	futex_mutex_lock(&mutex);
	counter++;
	futex_mutex_unlock(&mutex);
}

static void add_in_time(void *unused)
{
	(void)unused;
	if (!futex_mutex_lock_timeout(&mutex, 1))
		return;
	counter++;
	futex_mutex_unlock(&mutex);
}

static void all_added(void)
{
	assert(counter == expected || counter == expected - 1);
	assert(futex_mutex_trylock(&mutex));
}

void check_setup(void)
{
	expected = check_argument()[0] ? 2 : 3;
	futex_mutex_init(&mutex);
	check_time(1);
	check_thread("first", add, NULL);
	check_thread("impatient", add_in_time, NULL);
	if (expected == 3)
		check_thread("third", add, NULL);
	check_finally(all_added);
}
