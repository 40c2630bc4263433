/*
 * tests/sync/test_spsc_ring.c - the ends of the ring, the wrap of its counters,
 * and twins.
 */
#include "sync/spsc_ring.h"

#include "arch/cpu.h"
#include "kernel/errno.h"
#include "kernel/test.h"
#include "tests/crew.h"
#include "tests/sync/container_trial.h"

#define PLACES	4u

static struct spsc_ring ring;
static void *place[PLACES];

static bool put(uintptr_t value)
{
	return spsc_ring_put(&ring, (void *)value);
}

static uintptr_t take(void)
{
	void *value;

	return spsc_ring_take(&ring, &value) ? (uintptr_t)value : 0;
}

/* As if so many had gone through it. */
static void begin_at(uint32_t n)
{
	spsc_ring_init(&ring, place, PLACES);
	/* relaxed, both: we are alone */
	store_relaxed(&ring.put.n, n);
	store_relaxed(&ring.take.n, n);
	ring.put.end = n + PLACES;
	ring.take.put = n;
}

TEST("sync/spsc_ring", test_spsc_ring_fills_every_place_at_any_count)
{
	uint32_t starts[] = { 0, 1, 3, UINT32_MAX - 1, 0x7ffffffe };

	for (unsigned i = 0; i < ARRAY_LEN(starts); i++) {
		begin_at(starts[i]);
		for (unsigned lap = 0; lap < 3; lap++) {
			check(t, take() == 0);
			for (unsigned k = 1; k <= PLACES; k++)
				check(t, put(k));
			check(t, !put(9));
			check(t, take() == 1 && put(5) && !put(9));
			for (unsigned k = 2; k <= PLACES + 1; k++)
				check(t, take() == k);
		}
	}
}

TEST("sync/spsc_ring", test_spsc_ring_starts_again_empty)
{
	begin_at(0);
	for (unsigned k = 1; k <= PLACES; k++)
		check(t, put(k) && take() == k);
	spsc_ring_init(&ring, place, PLACES);
	check(t, take() == 0);
	check(t, put(7) && take() == 7);
}

/* ----------------------------------------------------------------- twins */

/* Full is one value later: it overwrites the oldest. */
static int put_one_too_many(void *c, void *self, void *value)
{
	struct spsc_ring *r = c;
	uint32_t n = load_relaxed(&r->put.n);

	(void)self;
	if (n - load_acquire(&r->take.n) == r->mask + 2)
		return -ENOSPC;
	r->place[n & r->mask] = value;
	store_release(&r->put.n, n + 1);
	return 0;
}

/* Counts first, writes then. */
static int put_count_first(void *c, void *self, void *value)
{
	struct spsc_ring *r = c;
	uint32_t n = load_relaxed(&r->put.n);

	(void)self;
	if (n - load_acquire(&r->take.n) == r->mask + 1)
		return -ENOSPC;
	store_release(&r->put.n, n + 1);
	crew_yield();
	r->place[n & r->mask] = value;
	return 0;
}

/* Gives the place back, reads it then. */
static int take_count_first(void *c, void *self, void **value)
{
	struct spsc_ring *r = c;
	uint32_t n = load_relaxed(&r->take.n);

	(void)self;
	if (n == load_acquire(&r->put.n))
		return -ENOENT;
	store_release(&r->take.n, n + 1);
	crew_yield();
	*value = r->place[n & r->mask];
	return 0;
}

static const struct {
	const char *name;
	int (*put)(void *c, void *self, void *value);
	int (*take)(void *c, void *self, void **value);
} twins[] = {
	{ "one too many", put_one_too_many, NULL },
	{ "puts: counts first", put_count_first, NULL },
	{ "takes: counts first", NULL, take_count_first },
};

TEST("sync/spsc_ring", test_spsc_ring_twins_are_caught)
{
	if (crew_size() < 2 || crew_is_watched()) {
		test_skip(t, "needs two CPUs, and nobody who stops a race");
		return;
	}
	for (unsigned i = 0; i < ARRAY_LEN(twins); i++) {
		struct container_ops twin = spsc_ring_ops;
		struct container_trial trial = {
			.ops = &twin, .rounds = 2000, .capacity = 2,
		};
		unsigned faults;

		if (twins[i].put)
			twin.put = twins[i].put;
		if (twins[i].take)
			twin.take = twins[i].take;
		faults = container_histories(t, &trial);
		if (!check(t, faults == TRIAL_HISTORY))
			test_note(t, "%s: faults %u", twins[i].name, faults);
	}
}
