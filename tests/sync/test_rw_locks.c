/*
 * tests/sync/test_rw_locks.c - what every reader-writer lock promises.
 *
 * A new lock is one line above the table, and one in it.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/brlock.h"
#include "sync/phase_fair.h"
#include "sync/preempt.h"
#include "sync/rw_ops.h"
#include "sync/rwlock.h"
#include "tests/crew.h"
#include "tests/sync/rw_torture.h"

/* In all, shared by the crew: see tests/sync/test_spinlock.c. */
#define ROUNDS	512

RW_OPS(rwlock)
RW_OPS(phase_fair)
RW_OPS(brlock)

static const struct rw_ops *const locks[] = {
	&rwlock_ops,
	&phase_fair_ops,
	&brlock_ops,
};

static union {
	struct rwlock rwlock;
	struct phase_fair phase_fair;
	struct brlock brlock;
} lock;

#define for_each_lock(ops) \
	for (unsigned i_ = 0; i_ < ARRAY_LEN(locks); i_++) \
		for (const struct rw_ops *ops = locks[i_]; ops; ops = NULL)

static void torture(struct test *t, unsigned writes)
{
	for_each_lock(ops) {
		struct rw_score s;

		check(t, rw_torture(t, ops, &lock, ROUNDS, writes, &s) == 0);
		check(t, s.rounds == ROUNDS);
		test_note(t, "%s: torn %u, mixed %u, lost %u; readers met %u",
			  ops->name, s.torn, s.mixed, s.lost, s.overlaps);
	}
}

TEST("sync/rw_locks", test_rw_locks_exclude_among_many_readers)
{
	torture(t, 16);
}

TEST("sync/rw_locks", test_rw_locks_exclude_among_many_writers)
{
	torture(t, 2);
}

TEST("sync/rw_locks", test_rw_locks_let_readers_overlap)
{
	if (crew_size() < 2) {
		test_skip(t, "two readers at once need two CPUs");
		return;
	}
	for_each_lock(ops)
		check(t, rw_readers_overlap(ops, &lock));
}

TEST("sync/rw_locks", test_rw_locks_restore_interrupts_and_preemption)
{
	bool before = irqs_enabled();

	for_each_lock(ops) {
		uint64_t was;

		ops->init(&lock);
		was = ops->read_lock_irqsave(&lock);
		ops->read_unlock_irqrestore(&lock, was);
		check(t, irqs_enabled() == before);
		was = ops->write_lock_irqsave(&lock);
		ops->write_unlock_irqrestore(&lock, was);
		check(t, irqs_enabled() == before);
		ops->read_lock(&lock);
		ops->read_unlock(&lock);
		ops->write_lock(&lock);
		ops->write_unlock(&lock);
		check(t, preemptible());
	}
}
