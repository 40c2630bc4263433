/*
 * sync/seq_latch.h - two copies, so that a reader may interrupt the writer.
 *
 * Guarantees  seq_latch_read() gets what one seq_latch_write() stored, whole.
 *             It never waits for a writer: a reader that runs while the writer
 *             is interrupted ends at its first try.
 * Context     Readers: any, NMI included, also upon the writer.  Writers: not
 *             two at a time, nor one upon the other; the caller sees to that.
 * Cost        The data twice, and 4 bytes.  Read: two loads of the number and
 *             the copy.  Write: the copy twice.
 * Limits      A reader on another CPU goes round as often as a whole write
 *             passes it.  What it gets may be one write old, though the new
 *             one has begun; a handler may see older data than the writer it
 *             interrupted has just stored.
 * See         docs/24-seqlock.md, tests/sync/test_seq_latch.c
 */
#pragma once

#include <stddef.h>

#include "arch/atomic.h"

struct seq_latch {
	struct atomic32 sequence;	/* odd: read copy 1, even: copy 0 */
};

#define SEQ_LATCH_INIT	{ ATOMIC32(0) }

/*
 * The data: `struct atomic64 copies[2 * SEQ_WORDS(type)]`, copy 0 and then
 * copy 1; words is SEQ_WORDS(type) of sync/seqlock.h.
 */
void seq_latch_read(const struct seq_latch *l, const struct atomic64 *copies,
		    void *to, size_t words);
void seq_latch_write(struct seq_latch *l, struct atomic64 *copies,
		     const void *from, size_t words);

/*
 * The writer's step: readers go to the other copy; the one they leave may be
 * written when it returns.  For writers that change the copies in place:
 * flip, change copy 0, flip, change copy 1 in the same way.
 */
void seq_latch_flip(struct seq_latch *l);
