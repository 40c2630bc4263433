/*
 * tests/sync/test_barrier_central.c - the barrier of one counter, and three
 * that are wrong.
 */
#include "sync/barrier_central.h"

#include "kernel/test.h"
#include "tests/crew.h"
#include "tests/sync/barrier_torture.h"

#define EPISODES	40
#define MANY		100000	/* a twin is found out long before */

static struct barrier_central barrier;

static void central_init(void *b, unsigned n)
{
	barrier_central_init(b, n);
}

static void central_wait(void *b, unsigned member)
{
	(void)member;
	barrier_central_wait(b);
}

static const struct barrier_ops central = {
	"barrier_central", central_init, central_wait,
};

TEST("sync/barrier_central", test_barrier_central_holds_all_until_all_came)
{
	struct barrier_score s;

	for (unsigned n = 1; n <= crew_size(); n++) {
		check(t, barrier_torture(t, &central, &barrier, n, EPISODES,
					 &s) == 0);
		check(t, s.episodes == EPISODES);
	}
}

TEST("sync/barrier_central", test_barrier_central_of_one_never_waits)
{
	barrier_central_init(&barrier, 1);
	for (unsigned i = 0; i < 5; i++)
		barrier_central_wait(&barrier);
	check(t, load_acquire(&barrier.arrived) == 0);
}

/* Twin: the sign is turned once, and never back. */
static void wait_without_reversal(void *barrier, unsigned member)
{
	struct barrier_central *b = barrier;

	(void)member;
	if (fetch_add_acq_rel(&b->arrived, 1) + 1 == b->members) {
		store_relaxed(&b->arrived, 0);
		store_release(&b->sense, 1);
		twin_wrote();
		return;
	}
	twin_wrote();
	twin_wait(&b->sense, 1);
}

/* Twin: opens first, and then sets the counter back. */
static void wait_open_then_reset(void *barrier, unsigned member)
{
	struct barrier_central *b = barrier;
	uint32_t sense = load_relaxed(&b->sense);

	(void)member;
	if (fetch_add_acq_rel(&b->arrived, 1) + 1 == b->members) {
		store_release(&b->sense, !sense);
		twin_wrote();
		twin_dawdle();
		store_relaxed(&b->arrived, 0);	/* and who came meanwhile? */
		twin_wrote();
		return;
	}
	twin_wrote();
	twin_wait(&b->sense, !sense);
}

/* Twin: the last but one believes that it is the last. */
static void wait_for_one_less(void *barrier, unsigned member)
{
	struct barrier_central *b = barrier;
	uint32_t sense = load_relaxed(&b->sense);

	(void)member;
	if (fetch_add_acq_rel(&b->arrived, 1) + 1 == b->members - 1) {
		store_relaxed(&b->arrived, 0);
		store_release(&b->sense, !sense);
		twin_wrote();
		return;
	}
	twin_wrote();
	twin_wait(&b->sense, !sense);
}

static const struct barrier_ops twins[] = {
	{ "no sense reversal", central_init, wait_without_reversal },
	{ "opened before the reset", central_init, wait_open_then_reset },
	{ "one less than all", central_init, wait_for_one_less },
};

TEST("sync/barrier_central", test_broken_central_barriers_are_caught)
{
	if (crew_size() < 2 || crew_is_watched()) {
		test_skip(t, "needs two CPUs, and no race detector");
		return;
	}
	for (unsigned i = 0; i < ARRAY_LEN(twins); i++) {
		struct barrier_score s;

		check(t, barrier_torture(t, &twins[i], &barrier, crew_size(),
					 MANY, &s) > 0);
		test_note(t, "%s: early %u, stuck %u after %u episodes",
			  twins[i].name, s.early, s.stuck, s.episodes);
	}
}
