/*
 * tests/checker/programs/spsc_ring.c - three values through two places.
 */
#include "sync/spsc_ring.h"

#include "tests/checker/checker.h"

static struct spsc_ring ring;
static void *place[2];
static unsigned value[4];

static void put(void *unused)
{
	(void)unused;
	for (unsigned i = 1; i <= 3; i++) {
		value[i] = i;
		if (!spsc_ring_put(&ring, &value[i]))
			return;
	}
}

static void take(void *unused)
{
	void *got;

	(void)unused;
	for (unsigned i = 1; i <= 3 && spsc_ring_take(&ring, &got); i++)
		assert(*(unsigned *)got == i);
}

void check_setup(void)
{
	spsc_ring_init(&ring, place, 2);
	check_thread("putter", put, NULL);
	check_thread("taker", take, NULL);
}
