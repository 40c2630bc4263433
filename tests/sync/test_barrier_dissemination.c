/*
 * tests/sync/test_barrier_dissemination.c - the barrier without a last one, and
 * two that forget.
 */
#include "sync/barrier_dissemination.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "tests/crew.h"
#include "tests/sync/barrier_torture.h"

#define EPISODES	40
#define MANY		100000	/* a twin is found out long before */

BARRIER_OPS(barrier_dissemination)

static struct barrier_dissemination barrier;

TEST("sync/barrier_dissemination", test_dissemination_holds_all_until_all_came)
{
	struct barrier_score s;

	for (unsigned n = 1; n <= crew_size(); n++) {
		check(t, barrier_torture(t, &barrier_dissemination_ops,
					 &barrier, n, EPISODES, &s) == 0);
		check(t, s.episodes == EPISODES);
	}
}

/* Twins: the algorithm with its sets of flags and its rounds as parameters. */
static void twin_rounds(void *barrier, unsigned member, unsigned sets,
			unsigned reach)
{
	struct barrier_dissemination *b = barrier;
	struct barrier_dissemination_row *mine = &b->row[member];
	unsigned set = mine->episode % sets;
	uint32_t value = !(mine->episode / sets & 1);

	mine->episode++;
	for (unsigned k = 0; 1u << k < reach; k++) {
		unsigned to = (member + (1u << k)) % b->members;

		store_release(&b->row[to].flag[set][k], value);
		twin_wrote();
		if (member == 0)
			twin_dawdle();	/* it looks late */
		twin_wait(&mine->flag[set][k], value);
	}
}

static void wait_well(void *barrier, unsigned member)
{
	struct barrier_dissemination *b = barrier;

	twin_rounds(b, member, 2, b->members);
}

static void wait_without_parity(void *barrier, unsigned member)
{
	struct barrier_dissemination *b = barrier;

	twin_rounds(b, member, 1, b->members);
}

static void wait_a_round_less(void *barrier, unsigned member)
{
	struct barrier_dissemination *b = barrier;

	twin_wrote();	/* of two members none writes, and it is a twin yet */
	twin_rounds(b, member, 2, b->members / 2);
}

static void init_twin(void *barrier, unsigned n)
{
	barrier_dissemination_init(barrier, n);
}

TEST("sync/barrier_dissemination", test_broken_dissemination_is_caught)
{
	static const struct barrier_ops sane = {
		"the same without a fault", init_twin, wait_well,
	}, twins[] = {
		{ "no parity", init_twin, wait_without_parity },
		{ "a round less", init_twin, wait_a_round_less },
	};
	struct barrier_score s;

	if (crew_size() < 2 || crew_is_watched()) {
		test_skip(t, "needs two CPUs, and no race detector");
		return;
	}
	check(t, barrier_torture(t, &sane, &barrier, crew_size(), 20, &s) == 0);
	for (unsigned i = 0; i < ARRAY_LEN(twins); i++) {
		check(t, barrier_torture(t, &twins[i], &barrier, crew_size(),
					 MANY, &s) > 0);
		test_note(t, "%s: early %u, stuck %u after %u episodes",
			  twins[i].name, s.early, s.stuck, s.episodes);
	}
}
