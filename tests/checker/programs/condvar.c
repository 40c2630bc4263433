/*
 * tests/checker/programs/condvar.c - one waits for a condition, another makes it
 * true under the mutex and signals after it.
 */
#include "sync/condvar.h"

#include "tests/checker/checker.h"

static struct mutex mutex;
static struct cond cond;
static bool ready;

static void wait(void *unused)
{
	(void)unused;
	mutex_lock(&mutex);
	while (!ready)
		cond_wait(&cond, &mutex);
	mutex_unlock(&mutex);
}

static void make_ready(void *unused)
{
	(void)unused;
	mutex_lock(&mutex);
	ready = true;
	mutex_unlock(&mutex);
	cond_broadcast(&cond);
}

void check_setup(void)
{
	mutex_init(&mutex);
	cond_init(&cond);
	check_thread("waiter", wait, NULL);
	check_thread("doer", make_ready, NULL);
}
