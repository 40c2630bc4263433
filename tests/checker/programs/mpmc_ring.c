/*
 * tests/checker/programs/mpmc_ring.c - two put, one takes, through two places.
 */
#include "sync/mpmc_ring.h"

#include "kernel/errno.h"
#include "tests/checker/checker.h"

static struct mpmc_ring ring;
static struct mpmc_place place[2];
static unsigned value[3], taken[3];
static struct atomic32 done;	/* puts that have returned */
static struct atomic32 takes;	/* takes that have been called */

static void put(void *arg)
{
	unsigned *mine = arg;

	*mine = mine - value;
	if (mpmc_ring_put(&ring, mine) == 0)
		fetch_add_release(&done, 1);
}

/* Empty is a lie if more were put than takes were ever begun. */
static int take_one(void)
{
	unsigned before = load_acquire(&done);
	unsigned begun = fetch_add_acq_rel(&takes, 1);
	void *got;
	int result = mpmc_ring_take(&ring, &got);

	if (result == -ENOENT)
		assert(before <= begun);
	if (result == 0)
		assert(!taken[*(unsigned *)got]++);
	return result;
}

static void take(void *unused)
{
	(void)unused;
	(void)take_one();
}

static void nothing_is_lost(void)
{
	while (take_one() == 0)
		;
	assert(taken[1] == 1 && taken[2] == 1);
}

void check_setup(void)
{
	mpmc_ring_init(&ring, place, 2);
	check_thread("first", put, &value[1]);
	check_thread("second", put, &value[2]);
	check_thread("taker", take, NULL);
	check_finally(nothing_is_lost);
}
