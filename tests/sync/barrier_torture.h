/*
 * tests/sync/barrier_torture.h - what any barrier must keep, and how a broken
 * one is caught without waiting for ever.
 *
 * Guarantees  barrier_torture() lets n members meet `episodes` times and counts
 *             in `early` how often one left before all had come.  A twin
 *             ends at the first; of a barrier thought right the first is a
 *             failed check at once, for it may wait for ever after that.
 *             Same seed, same delays.
 *             A twin waits by twin_wait() and writes by twin_wrote().  If no
 *             member can go on any more - each one still there has looked at
 *             its word since the last write of anybody, in vain - then a signal
 *             was lost: `stuck` becomes 1, and the waits return.  That is seen
 *             from what was written and read, not from the time it takes.
 * Context     Thread; one test at a time.
 */
#pragma once

#include "arch/atomic.h"
#include "kernel/test.h"
#include "sync/barrier_ops.h"

struct barrier_score {
	unsigned early;
	unsigned stuck;
	unsigned episodes;	/* that all members came to */
};

/* Returns early + stuck. */
unsigned barrier_torture(struct test *t, const struct barrier_ops *ops,
			 void *barrier, unsigned n, unsigned episodes,
			 struct barrier_score *score);

/* Until *word is value, or there is no hope. */
void twin_wait(const struct atomic32 *word, uint32_t value);

/* After each write that somebody may wait for. */
void twin_wrote(void);

/* A long moment, in which the others are to do what they should not. */
void twin_dawdle(void);
