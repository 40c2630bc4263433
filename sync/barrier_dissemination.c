/*
 * sync/barrier_dissemination.c - pass on what you have heard, twice as far each
 * time.
 *
 * Invariant   After round k a member has heard, directly or through others,
 *             that the 2^(k+1) members up to itself (around the circle) have
 *             come.  After the last round that is all of them.
 *             A flag is written by one member and awaited by one other.  Its
 *             value alternates with each use, so nobody resets it.
 *             Episodes use two sets of flags in turn.  A member may be one
 *             episode ahead of another, which still waits for a flag of this
 *             one; it cannot be two ahead, since to leave the next episode it
 *             must hear that the other has come to it, hence left this one.
 *             So a flag is not written again before it was seen.
 *             episode 0 1 2 3 4 5 ...   set 0 1 0 1 0 1 ...
 *                                      value 1 1 0 0 1 1 ...
 * Ordering    [A] the store of a flag -> its member's load, round by round: a
 *             path leads from each member's arrival to everybody's departure.
 * References  Hensgen, Finkel and Manber, Two algorithms for barrier
 *             synchronization, IJPP 17(1), 1988; Mellor-Crummey and Scott,
 *             TOCS 9(1), 1991, algorithm 9.
 */
#include "sync/barrier_dissemination.h"

#include "arch/cpu.h"
#include "kernel/assert.h"

_Static_assert(NR_CPUS <= 1u << BARRIER_ROUNDS, "a round more is needed");

void barrier_dissemination_init(struct barrier_dissemination *b, unsigned n)
{
	assert(n > 0 && n <= NR_CPUS);
	b->members = n;
	for (unsigned m = 0; m < n; m++) {
		b->row[m].episode = 0;
		for (unsigned k = 0; k < BARRIER_ROUNDS; k++) {
			/* relaxed: b is the caller's own as yet */
			store_relaxed(&b->row[m].flag[0][k], 0);
			/* relaxed: as above */
			store_relaxed(&b->row[m].flag[1][k], 0);
		}
	}
}

void barrier_dissemination_wait(struct barrier_dissemination *b,
				unsigned member)
{
	struct barrier_dissemination_row *mine = &b->row[member];
	unsigned set = mine->episode & 1;
	uint32_t value = !(mine->episode & 2);

	mine->episode++;
	for (unsigned k = 0; 1u << k < b->members; k++) {
		unsigned to = (member + (1u << k)) % b->members;

		store_release(&b->row[to].flag[set][k], value);	/* [A] */
		while (load_acquire(&mine->flag[set][k]) != value) /* [A] */
			cpu_relax();
	}
}
