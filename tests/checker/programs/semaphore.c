/*
 * tests/checker/programs/semaphore.c - a unit goes to one who waits without
 * end, after one who gives up at a deadline, or not, had a wish too.
 * Told "two": somebody wants two, and a giver gives three, one by one; nobody
 * has one that was not given.
 */
#include "sync/semaphore.h"

#include "arch/cpu.h"
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

static struct atomic32 given, taken;

/* What was given before the units that all of them have is seen by the last. */
static void has_one(void)
{
	unsigned n = fetch_add_acq_rel(&taken, 1) + 1;

	/* relaxed: the semaphore orders it, and taken */
	assert(n <= load_relaxed(&given));
}

static void take_two(void *unused)
{
	(void)unused;
	while (!sem_trydown(&units))
		cpu_relax();
	assert(data[0]);
	has_one();
	sem_down(&units);
	has_one();
}

static void take_one_in_time(void *unused)
{
	(void)unused;
	if (sem_down_timeout(&units, 1))
		has_one();
}

static void give_three(void *unused)
{
	(void)unused;
	data[0] = 1;
	for (unsigned i = 0; i < 3; i++) {
		fetch_add_relaxed(&given, 1);	/* relaxed: see has_one() */
		sem_up(&units);
	}
}

static void one_is_left_of_three(void)
{
	/* relaxed: all have ended */
	for (uint32_t n = load_relaxed(&taken); n < 3; n++)
		assert(sem_trydown(&units));
	assert(!sem_trydown(&units));
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
	if (check_argument()[0]) {
		check_thread("taker", take_two, NULL);
		check_thread("impatient", take_one_in_time, NULL);
		check_thread("giver", give_three, NULL);
		check_finally(one_is_left_of_three);
		return;
	}
	check_thread("taker", take, NULL);
	check_thread("impatient", take_a_while, NULL);
	check_thread("giver", give, NULL);
	check_finally(one_is_left);
}
