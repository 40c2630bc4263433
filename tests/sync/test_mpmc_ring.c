/*
 * tests/sync/test_mpmc_ring.c - the ends of the ring, a put and a take that
 * stand still in their middles, and twins.
 */
#include "sync/mpmc_ring.h"

#include "arch/cpu.h"
#include "kernel/errno.h"
#include "kernel/test.h"
#include "tests/crew.h"
#include "tests/sync/container_trial.h"
#include "tests/sync/history.h"

#define PLACES	4u

static struct mpmc_ring ring;
static struct mpmc_place place[PLACES];

static int put(uintptr_t value)
{
	return mpmc_ring_put(&ring, (void *)value);
}

/* the value, or a negative error */
static long take(void)
{
	void *value;
	int result = mpmc_ring_take(&ring, &value);

	return result ? result : (long)(uintptr_t)value;
}

static void begin_at(uint64_t n)
{
	mpmc_ring_init(&ring, place, PLACES);
	/* relaxed, all: we are alone */
	store_relaxed(&ring.puts, n);
	store_relaxed(&ring.takes, n);
	for (unsigned i = 0; i < PLACES; i++, n++)
		store_relaxed(&place[n % PLACES].turn, n);
}

TEST("sync/mpmc_ring", test_mpmc_ring_fills_every_place_at_any_count)
{
	uint64_t starts[] = { 0, 1, 3, UINT64_MAX - 2, INT64_MAX - 2 };

	for (unsigned i = 0; i < ARRAY_LEN(starts); i++) {
		begin_at(starts[i]);
		for (unsigned lap = 0; lap < 3; lap++) {
			check(t, take() == -ENOENT);
			for (unsigned k = 1; k <= PLACES; k++)
				check(t, put(k) == 0);
			check(t, put(9) == -ENOSPC);
			for (unsigned k = 1; k <= PLACES; k++)
				check(t, take() == k);
		}
	}
}

TEST("sync/mpmc_ring", test_mpmc_ring_says_that_somebody_is_in_the_middle)
{
	uint64_t n = 0;

	begin_at(0);
	/* a put that has drawn its number, and stands still */
	check(t, cas_acq_rel(&ring.puts, &n, 1));
	check(t, take() == -EAGAIN);
	check(t, put(2) == 0 && put(3) == 0 && put(4) == 0);
	check(t, take() == -EAGAIN);
	check(t, put(5) == -ENOSPC);
	place[0].value = (void *)1;
	store_release(&place[0].turn, 1);
	/* a take that has drawn its number, and stands still */
	n = 0;
	check(t, cas_acq_rel(&ring.takes, &n, 1));
	check(t, put(5) == -EAGAIN);
	check(t, take() == 2 && take() == 3 && take() == 4);
	check(t, take() == -ENOENT);
	store_release(&place[0].turn, PLACES);
	check(t, put(5) == 0 && take() == 5);
}

/* ----------------------------------------------------------------- twins */

/* A place that is not ready is "empty". */
static int take_or_empty(void *c, void *self, void **value)
{
	int result = mpmc_ring_ops.take(c, self, value);

	return result == -EAGAIN ? -ENOENT : result;
}

/* The number is drawn by a load and a store. */
static int take_not_atomic(void *c, void *self, void **value)
{
	struct mpmc_ring *r = c;
	uint64_t n = load_acquire(&r->takes);
	struct mpmc_place *p = &r->place[n & (r->places - 1)];

	(void)self;
	if (load_acquire(&p->turn) != n + 1)
		return load_acquire(&r->puts) == n ? -ENOENT : -EAGAIN;
	crew_yield();
	store_release(&r->takes, n + 1);
	*value = p->value;
	store_release(&p->turn, n + r->places);
	return 0;
}

TEST("sync/mpmc_ring", test_mpmc_ring_twin_that_is_not_atomic_is_caught)
{
	struct container_ops twin = mpmc_ring_ops;
	struct container_trial trial = {
		.ops = &twin, .rounds = 2000, .capacity = 4,
	};

	if (crew_size() < 2 || crew_is_watched()) {
		test_skip(t, "needs two CPUs, and nobody who stops a race");
		return;
	}
	twin.take = take_not_atomic;
	check(t, container_histories(t, &trial) == TRIAL_HISTORY);
}

/* Staged: a put that stands still, one that answers, and a take. */
TEST("sync/mpmc_ring", test_mpmc_ring_twin_that_says_empty_is_caught)
{
	struct linear_op ops[LINEAR_OPS];
	uint64_t n = 0;
	void *value = NULL;

	begin_at(0);
	history_begin();
	history_call(1, LINEAR_PUT, 1);
	check(t, cas_acq_rel(&ring.puts, &n, 1));
	history_call(0, LINEAR_PUT, 2);
	check(t, put(2) == 0);
	history_answer(0, LINEAR_PUT, 2, 1);
	history_call(0, LINEAR_TAKE, 0);
	check(t, take_or_empty(&ring, NULL, &value) == -ENOENT);
	history_answer(0, LINEAR_TAKE, 0, 0);
	check(t, linear_check(&linear_queue, ops, history_collect(ops))
	      == LINEAR_NO);
}
