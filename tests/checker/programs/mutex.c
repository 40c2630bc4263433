/*
 * tests/checker/programs/mutex.c - one locks a mutex, another wants it
 * until a deadline; whoever finds it owned sleeps at once.
 */
#include "sync/mutex.h"

#include "tests/checker/checker.h"

static struct mutex mutex;
static unsigned counter, timed_out;

static void add(void *unused)
{
	(void)unused;
	mutex_lock(&mutex);
	counter++;
	mutex_unlock(&mutex);
}

static void add_in_time(void *unused)
{
	(void)unused;
	if (!mutex_lock_timeout(&mutex, 1)) {
		timed_out = 1;
		return;
	}
	counter++;
	mutex_unlock(&mutex);
}

static void all_added(void)
{
	assert(counter + timed_out == 2);
	assert(mutex_trylock(&mutex));
}

void check_setup(void)
{
	mutex_init(&mutex);
	check_time(1);
	check_thread("first", add, NULL);
	check_thread("impatient", add_in_time, NULL);
	check_finally(all_added);
}
