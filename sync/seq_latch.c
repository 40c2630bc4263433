/*
 * sync/seq_latch.c - readers are sent to the copy that stands.
 *
 * Invariant   Between writes both copies are the same and the number is even.
 *             (even, 0 and 1 stand) -> (odd, 0 changes, read 1)
 *             -> (even, 1 changes, read 0) -> both stand
 *             A copy changes only after the flip that sends readers away from
 *             it; who was there before finds the number changed, and goes to
 *             the other one.
 * Ordering    [A] a flip's store -> a reader's first load: what was written
 *             into the copy that the number names, before the flip, is seen.
 *             [B] a flip's store, fence, then the changes -> a reader's loads
 *             of the data, fence, its second load: who saw any of the changes
 *             finds the number of that flip, or a later one.
 * References  Linux, Documentation/locking/seqlock.rst (latch sequence
 *             counters), whose idea this is; Boehm, MSPC 2012, for the fences.
 */
#include "sync/seq_latch.h"

#include "sync/seqlock.h"

void seq_latch_read(const struct seq_latch *l, const struct atomic64 *copies,
		    void *to, size_t words)
{
	uint32_t start;

	do {	/* another round only if the writer ran meanwhile */
		start = load_acquire(&l->sequence);	/* [A] */
		seq_copy_out(to, &copies[(start & 1) * words], words);
		fence_acquire();			/* [B] */
		/* relaxed: the fence orders it behind the data */
	} while (load_relaxed(&l->sequence) != start);
}

void seq_latch_flip(struct seq_latch *l)
{
	/* relaxed: there is one writer */
	uint32_t now = load_relaxed(&l->sequence);

	store_release(&l->sequence, now + 1);		/* [A] */
	fence_release();				/* [B] */
}

void seq_latch_write(struct seq_latch *l, struct atomic64 *copies,
		     const void *from, size_t words)
{
	seq_latch_flip(l);
	seq_copy_in(copies, from, words);
	seq_latch_flip(l);
	seq_copy_in(copies + words, from, words);
}
