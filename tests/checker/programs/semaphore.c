/*
 * tests/checker/programs/semaphore.c - a unit goes to one who waits without
 * end, after one who gives up at a deadline, or not, had a wish too.
 */
#include "sync/semaphore.h"

#include "tests/checker/checker.h"

static struct semaphore units;
static unsigned data[2];

static void take(void *unused)
{
	(void)unused;
	sem_down(&units);
	assert(data[0]);
	sem_up(&units);
}

static void take_a_while(void *unused)
{
	(void)unused;
	if (sem_down_timeout(&units, 1))
		sem_up(&units);
}

static void give(void *unused)
{
	(void)unused;
	data[0] = 1;
	sem_up(&units);
}

static void one_is_left(void)
{
	assert(sem_trydown(&units));
	assert(!sem_trydown(&units));
	assert(!sem_down_timeout(&units, 0));
}

void check_setup(void)
{
	sem_init(&units, 0);
	check_time(1);
	check_thread("taker", take, NULL);
	check_thread("impatient", take_a_while, NULL);
	check_thread("giver", give, NULL);
	check_finally(one_is_left);
}
