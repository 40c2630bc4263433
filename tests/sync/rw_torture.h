/*
 * tests/sync/rw_torture.h - what any reader-writer lock must keep.
 *
 * Guarantees  rw_torture() lets a crew read and write two words under the lock
 *             and returns how often that went wrong: a pair read torn, a
 *             writer that was not alone, a write that got lost.  It ends early
 *             at the first, so a broken twin may be given many rounds.  Same
 *             seed, same choices.
 *             rw_readers_overlap() is staged: two readers inside at once, or
 *             one that says by rw_blocked() that it will wait for ever.
 *             rw_stage() is staged too: who enters in which order.
 * Context     Thread; one test at a time.
 */
#pragma once

#include "kernel/test.h"
#include "sync/rw_ops.h"

struct rw_score {
	unsigned torn;		/* a reader saw half of a write */
	unsigned mixed;		/* a writer met somebody */
	unsigned lost;		/* writes that left no trace */
	unsigned overlaps;	/* readers that met readers, which is good */
	unsigned rounds;	/* that the crew did */
};

/* One in `writes` of the rounds writes.  Returns torn + mixed + lost. */
unsigned rw_torture(struct test *t, const struct rw_ops *ops, void *lock,
		    unsigned rounds, unsigned writes, struct rw_score *score);

/* False: the second reader called rw_blocked(). */
bool rw_readers_overlap(const struct rw_ops *ops, void *lock);

/*
 * For a reader of a twin, between two steps that should be one: until a writer
 * is inside, or for a bounded number of looks.
 */
void rw_await_writer(void);

/* For a twin: this reader will not get in before the other leaves. */
void rw_blocked(void);

/*
 * A holder, then others who ask one after the other, in the order of `who`:
 * 'r' a reader, 'w' a writer; the first is the holder.  Each next one asks
 * when asked() - a state of the lock - has changed since the last did.  Then
 * the holder leaves, and `entered` gets the numbers of those who enter in the
 * order in which they do.  So it needs a CPU for each.
 */
void rw_stage(const struct rw_ops *ops, void *lock, const char *who,
	      uint64_t (*asked)(void *lock), unsigned *entered);
