/*
 * sync/seqlock.h - the fast reader lock (frlock): read, and look whether it
 * still stands.
 *
 * Guarantees  If seq_read_retry() returns false, what was read by relaxed
 *             loads since seq_read_begin() is what one writer left, whole.
 *             A reader writes nothing, so readers cost each other nothing, and
 *             a writer never waits for them.
 *             The writer is not preempted.  seqlock_write_lock() makes writers
 *             exclude each other; seq_write_begin() leaves that to the caller.
 * Context     Writers: any; never sleep; not two at a time.  Readers: any, but
 *             seq_read_begin() waits for a writer to end, so a reader that may
 *             interrupt the writer would wait for ever: if a handler reads,
 *             write with interrupts masked (seqlock_write_lock_irqsave()); for
 *             NMIs there is sync/seq_latch.h.
 * Cost        4 bytes, 12 with the writers' lock.  Read: two loads of a shared
 *             line, a branch each; no locked instruction.  Write: two stores,
 *             beside the writers' lock.
 * Limits      No bound for readers: each write that meets one sends it round.
 *             Data must be read by atomic loads (SEQ_WORDS and the copies
 *             below), and a pointer among it must not be followed before the
 *             retry: what it leads to may be gone.  A reader that sleeps
 *             through exactly 2^31 writes does not notice them.
 * See         docs/24-seqlock.md, tests/sync/test_seqlock.c
 */
#pragma once

#include <stddef.h>

#include "arch/atomic.h"
#include "sync/spinlock.h"

struct seqcount {
	struct atomic32 sequence;	/* odd: a writer is at it */
};

struct seqlock {
	struct seqcount count;
	struct spinlock writers;
};

#define SEQCOUNT_INIT	{ ATOMIC32(0) }
#define SEQLOCK_INIT	{ SEQCOUNT_INIT, SPINLOCK_INIT }

/* do { s = begin; copy out; } while (retry(s)); */
uint32_t seq_read_begin(const struct seqcount *c) must_check;
bool seq_read_retry(const struct seqcount *c, uint32_t start) must_check;

void seq_write_begin(struct seqcount *c);
void seq_write_end(struct seqcount *c);

void seqlock_init(struct seqlock *l);
void seqlock_write_lock(struct seqlock *l);
void seqlock_write_unlock(struct seqlock *l);
uint64_t seqlock_write_lock_irqsave(struct seqlock *l) must_check;
void seqlock_write_unlock_irqrestore(struct seqlock *l, uint64_t was);

/*
 * The data: `struct atomic64 data[SEQ_WORDS(struct point)]`, which these copy
 * from and to a private struct point, word by word.
 */
#define SEQ_WORDS(type) \
	(sizeof(type) / sizeof(uint64_t) + \
	 0 * sizeof(char[sizeof(type) % sizeof(uint64_t) ? -1 : 1]))

void seq_copy_out(void *to, const struct atomic64 *from, size_t words);
void seq_copy_in(struct atomic64 *to, const void *from, size_t words);
