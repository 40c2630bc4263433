/*
 * sync/futex.h - wait until a word changes, and wake who waits for it.
 *
 * Guarantees  futex_wait() sleeps while the word at address has the value, from
 *             a moment at which it had it.  Whoever changes the word first and
 *             calls futex_wake() afterwards wakes it, or it does not sleep.
 *             0: it was woken; -EAGAIN: the word had another value; -ETIMEDOUT:
 *             not before the deadline, and nobody woke it, so it took no
 *             wake-up along; -EFAULT: no such word; -EINVAL: not on 4 bytes.
 *             futex_wake() wakes up to n of those who wait for the same address
 *             of the same space, the first first, and returns how many.
 *             futex_requeue() compares the word at `from` with the value, and
 *             in the same step wakes up to `wake` and makes up to `move` of the
 *             others wait for `to`, as if they had come there; and returns how
 *             many they are together, or -EAGAIN, -EFAULT, -EINVAL.
 *             futex_calls() is how many of these calls there were.
 * Context     futex_wait(): where might_sleep() allows.  futex_requeue():
 *             threads.  futex_wake(): threads and interrupts, any lock held
 *             but a bucket's, never NMI.
 * Cost        Each takes the lock of a bucket, requeue two: who needs no
 *             waiting should not come here.  See sync/futex_bucket.h.
 * Limits      Buckets are shared: many waiters for one word slow down another.
 *             A return of 0 says nothing about the word: look again.
 * See         docs/37-futex.md, tests/sync/test_futex.c; sync/futex_mutex.h
 */
#pragma once

#include "sync/futex_bucket.h"
#include "sync/park.h"

struct futex_table {
	unsigned bits;			/* 2^bits buckets */
	struct futex_bucket *buckets;
	struct atomic64 calls;
};

/* The kernel's own memory. */
extern const struct futex_space futex_kernel;

int futex_wait(const struct futex_space *space, uintptr_t address,
	       uint32_t value, uint64_t deadline_ns) must_check;
unsigned futex_wake(const struct futex_space *space, uintptr_t address,
		    unsigned n);

struct futex_requeue {
	const struct futex_space *space;
	uintptr_t from, to;
	unsigned wake, move;
	uint32_t value;
};

int futex_requeue(const struct futex_requeue *what) must_check;

uint64_t futex_calls(const struct futex_space *space);

/* How many wait, just now. */
unsigned futex_waiters(const struct futex_space *space, uintptr_t address);

/* What a test may put something else in the place of. */
struct futex_ops {
	const char *name;
	int (*wait)(const struct futex_space *space, uintptr_t address,
		    uint32_t value, uint64_t deadline_ns);
	unsigned (*wake)(const struct futex_space *space, uintptr_t address,
			 unsigned n);
	int (*requeue)(const struct futex_requeue *what);
};

extern const struct futex_ops futex_ops;
