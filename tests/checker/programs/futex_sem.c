/*
 * tests/checker/programs/futex_sem.c - one waits for a unit, one until a
 * deadline; a third gives two.
 * Told "pair": one waits, and gives back the only unit.
 */
#include "sync/futex_sem.h"

#include "tests/checker/checker.h"

static struct futex_sem sem;
static unsigned data, given, taken, taken_in_time;
static bool is_pair;

static void take(void *unused)
{
	(void)unused;
	futex_sem_down(&sem);
	assert(data);
	if (is_pair)
		futex_sem_up(&sem);
	else
		taken = 1;
}

static void take_in_time(void *unused)
{
	(void)unused;
	taken_in_time = futex_sem_down_timeout(&sem, 1);
}

static void give(void *unused)
{
	(void)unused;
	data = 1;
	for (unsigned i = 0; i < given; i++)
		futex_sem_up(&sem);
}

static void the_rest_is_left(void)
{
	for (unsigned n = given - taken - taken_in_time; n; n--)
		assert(futex_sem_trydown(&sem));
	assert(!futex_sem_trydown(&sem));
}

void check_setup(void)
{
	is_pair = check_argument()[0];
	given = is_pair ? 1 : 2;
	futex_sem_init(&sem, 0);
	check_time(1);
	check_thread("taker", take, NULL);
	check_thread("giver", give, NULL);
	if (!is_pair)
		check_thread("impatient", take_in_time, NULL);
	check_finally(the_rest_is_left);
}
