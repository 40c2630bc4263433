/*
 * tests/sync/test_lock_ops.c - each lock of the table keeps what all promise.
 */
#include "kernel/string.h"
#include "kernel/test.h"
#include "sync/lock_ops.h"
#include "sync/preempt.h"
#include "tests/crew.h"
#include "tests/sync/lock_trial.h"

/*
 * In all, shared by the crew: with more virtual CPUs than cores, a FIFO lock
 * waits at each hand-over until the host runs the next in line.
 */
#define TURNS	384

static char room[LOCK_SIZE_MAX] aligned_to(CACHE_LINE);

TEST("sync/lock_ops", test_every_lock_excludes)
{
	for (unsigned i = 0; i < lock_count; i++) {
		struct trial trial = {
			.ops = &lock_table[i], .seed = test_random(t),
			.members = crew_size(), .turns = TURNS,
		};
		unsigned faults = lock_torture(&trial);

		if (!check(t, faults == 0))
			test_note(t, "%s: faults %u, seed %lu",
				  trial.ops->name, faults,
				  (unsigned long)trial.seed);
	}
}

TEST("sync/lock_ops", test_fifo_locks_let_in_by_the_order_of_asking)
{
	for (unsigned i = 0; i < lock_count; i++) {
		const struct lock_ops *ops = &lock_table[i];
		uint64_t seed = test_random(t);

		if (!(ops->flags & LOCK_FIFO))
			continue;
		check(t, ops->last);
		if (!check(t, !lock_stage(ops, seed, crew_size() - 1, NULL)))
			test_note(t, "%s: seed %lu", ops->name,
				  (unsigned long)seed);
	}
}

/* Those whose own headers promise the order; so the case above tries them. */
TEST("sync/lock_ops", test_fair_locks_are_marked)
{
	static const char *const fair[] = { "ticket", "mcs", "clh", "spinlock" };

	for (unsigned i = 0; i < ARRAY_LEN(fair); i++) {
		const struct lock_ops *ops = NULL;

		for (unsigned j = 0; j < lock_count; j++)
			if (!strcmp(lock_table[j].name, fair[i]))
				ops = &lock_table[j];
		if (!check(t, ops && ops->flags & LOCK_FIFO))
			test_note(t, "%s is not tried for its order", fair[i]);
	}
}

TEST("sync/lock_ops", test_a_trylock_takes_a_free_lock_only)
{
	for (unsigned i = 0; i < lock_count; i++) {
		const struct lock_ops *ops = &lock_table[i];

		ops->init(room);
		if (!ops->trylock)
			continue;
		for (unsigned turn = 0; turn < 3; turn++) {
			if (!check(t, ops->trylock(room)))
				continue;
			check(t, !ops->trylock(room));
			ops->unlock(room);
			ops->lock(room);
			check(t, !ops->trylock(room));
			ops->unlock(room);
		}
		check(t, preemptible());
	}
}

TEST("sync/lock_ops", test_names_are_distinct)
{
	for (unsigned i = 0; i < lock_count; i++)
		for (unsigned j = 0; j < i; j++)
			check(t, strcmp(lock_table[i].name,
					lock_table[j].name));
}
