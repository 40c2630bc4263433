/*
 * tests/checker/programs/futex_cond.c - one waits for a condition, another makes
 * it true under the mutex and signals after it.
 * Told "broadcast": two wait, and all are woken.  Told "meanwhile": the same,
 * and another signals, for no reason.
 */
#include "sync/futex_cond.h"

#include "tests/checker/checker.h"

static struct futex_mutex mutex;
static struct futex_cond cond;
static bool ready, to_all, meanwhile;

static void wait(void *unused)
{
	(void)unused;
	futex_mutex_lock(&mutex);
	while (!ready)
		futex_cond_wait(&cond, &mutex);
	futex_mutex_unlock(&mutex);
}

static void make_ready(void *unused)
{
	(void)unused;
	futex_mutex_lock(&mutex);
	ready = true;
	futex_mutex_unlock(&mutex);
	if (to_all)
		futex_cond_broadcast(&cond);
	else
		futex_cond_signal(&cond);
}

static void signal(void *unused)
{
	(void)unused;
	futex_cond_signal(&cond);
}

void check_setup(void)
{
	to_all = check_argument()[0];
	meanwhile = check_argument()[0] == 'm';
	futex_mutex_init(&mutex);
	futex_cond_init(&cond);
	check_thread("waiter", wait, NULL);
	check_thread("doer", make_ready, NULL);
	if (to_all)
		check_thread("second waiter", wait, NULL);
	if (meanwhile)
		check_thread("signaller", signal, NULL);
}
