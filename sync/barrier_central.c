/*
 * sync/barrier_central.c - the last to come turns the sign round.
 *
 * Invariant   In an episode arrived counts those who have come, and sense is
 *             what the last episode left.  It changes once, when all have
 *             come; so whoever reads it before it is counted reads the old one,
 *             and need not remember it from episode to episode.
 *             arrived is 0 again before sense changes, hence before anybody can
 *             come to the next episode.
 * Ordering    [A] each addition to arrived -> the last one: a chain of
 *             read-modify-writes, so the last has seen what all did.
 *             [B] the last's store of sense -> everybody's load.
 *             [A] and [B] make what each did before visible to all after.
 * References  Hensgen, Finkel and Manber, Two algorithms for barrier
 *             synchronization, IJPP 17(1), 1988; Mellor-Crummey and Scott,
 *             TOCS 9(1), 1991, algorithm 7.
 */
#include "sync/barrier_central.h"

#include "arch/cpu.h"
#include "kernel/assert.h"

void barrier_central_init(struct barrier_central *b, unsigned n)
{
	assert(n > 0);
	/* relaxed: b is the caller's own until it is published */
	store_relaxed(&b->arrived, 0);
	store_relaxed(&b->sense, 0);	/* relaxed: as above */
	b->members = n;
}

void barrier_central_wait(struct barrier_central *b)
{
	/* relaxed: it cannot change before we are counted */
	uint32_t sense = load_relaxed(&b->sense);

	if (fetch_add_acq_rel(&b->arrived, 1) + 1 == b->members) { /* [A] */
		/* relaxed: [B] publishes it */
		store_relaxed(&b->arrived, 0);
		store_release(&b->sense, !sense);	/* [B] */
		return;
	}
	while (load_acquire(&b->sense) == sense)	/* [B] */
		cpu_relax();
}
