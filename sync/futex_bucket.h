/*
 * sync/futex_bucket.h - the waiters of a futex: join, leave, wake, move.
 *
 * Guarantees  futex_join() compares the word and queues in one step: whoever
 *             changes the word first and calls futex_wake_some() afterwards
 *             finds the waiter, or the waiter has found the change.
 *             A waiter is woken once at most, in the order of joining (those
 *             that were moved: behind those that they were moved to), by its
 *             key; futex_leave() says whether it was.  Neither a move nor a
 *             waiter that leaves loses a wake-up.
 * Context     Threads and interrupts, never NMI, no bucket locked.
 *             futex_join(): threads.
 * Cost        24 bytes a bucket, 48 on a waiter's stack.  Time by the number of
 *             waiters in the bucket, of whatever key; interrupts are masked.
 * Limits      No time-outs in here: sync/futex.h.
 * See         docs/37-futex.md, tests/sync/test_futex_bucket.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/atomic.h"
#include "kernel/compiler.h"
#include "kernel/list.h"
#include "sync/spinlock.h"

struct thread;
struct futex_space;

/* Where the word is; two keys are one if both members are. */
struct futex_key {
	const struct futex_space *space;
	uintptr_t address;
};

/* Zeroed is ready. */
struct futex_bucket {
	struct spinlock lock;
	struct list waiters;		/* under lock; all zero: empty */
};

struct futex_waiter {
	struct futex_key key;		/* under the bucket's lock */
	struct thread *thread;
	struct atomic_ptr bucket;	/* changes under the locks of both */
	struct list queued;		/* under the bucket's lock; unlinked:
					   woken */
};

/*
 * The seam to the memory that the word is in.  It is called with a bucket
 * locked, so it may not sleep: 0, or -EFAULT if the word is not there just now.
 */
struct futex_space {
	int (*load)(const struct futex_space *space, uintptr_t address,
		    uint32_t *value);
	/* No lock held.  0: it may be there now; or -EFAULT, for good. */
	int (*fault)(const struct futex_space *space, uintptr_t address);
	struct futex_table *table;	/* sync/futex.h */
};

/* The caller waits in b for key, or -EAGAIN: the word differs; or -EFAULT. */
int futex_join(struct futex_bucket *b, struct futex_waiter *w,
	       struct futex_key key, uint32_t value) must_check;

/* w was woken. */
bool futex_was_woken(struct futex_waiter *w);

/* The end of the wait, in any case.  True: w was woken. */
bool futex_leave(struct futex_waiter *w) must_check;

/* Wakes up to n; how many. */
unsigned futex_wake_some(struct futex_bucket *b, struct futex_key key,
			 unsigned n);

struct futex_move {
	struct futex_bucket *from, *to;
	struct futex_key from_key, to_key;
	unsigned wake, move;		/* up to so many */
	uint32_t value;			/* of from_key's word */
};

/* How many were woken or moved; or -EAGAIN, or -EFAULT, and nothing is done. */
int futex_wake_and_move(const struct futex_move *what) must_check;

/* How many wait for key, just now. */
unsigned futex_count(struct futex_bucket *b, struct futex_key key);
