/*
 * sync/futex_cond.h - a condition variable over a futex, as a program builds
 * it.
 *
 * Guarantees  futex_cond_wait() gives the mutex up and waits in one step: a
 *             signal that comes after somebody could lock the mutex counts.  It
 *             returns with the mutex, and may return for no reason: ask again.
 *             futex_cond_signal() wakes at least one of those who wait,
 *             futex_cond_broadcast() all; a broadcast wakes one and makes the
 *             others wait for the mutex, which they need anyway.  With nobody
 *             waiting neither enters the futex.
 *             The timeout form returns false if the time ran out and nobody
 *             woke it; always with the mutex.
 * Context     Waiting: where might_sleep() allows, owning m.  Signal and
 *             broadcast: threads, with the mutex or not.
 * Cost        24 bytes.  A wait costs one call of the futex, and the mutex.
 * Limits      All who wait at a time use one mutex.  A waiter that stands still
 *             for 2^32 signals between its two steps misses them.
 * See         docs/37-futex.md, tests/sync/test_futex_cond.c; sync/condvar.h
 */
#pragma once

#include "sync/futex_mutex.h"

struct futex_cond {
	struct atomic32 turns;		/* of signals */
	struct atomic32 waiting;	/* who sleeps, or is about to */
	struct atomic_ptr mutex;	/* of those */
};

#define FUTEX_COND_INIT	{ ATOMIC32(0), ATOMIC32(0), ATOMIC_PTR(0) }

void futex_cond_init(struct futex_cond *c);
void futex_cond_wait(struct futex_cond *c, struct futex_mutex *m);
bool futex_cond_wait_timeout(struct futex_cond *c, struct futex_mutex *m,
			     uint64_t deadline_ns) must_check;
void futex_cond_signal(struct futex_cond *c);
void futex_cond_broadcast(struct futex_cond *c);

/* What a test may put something else in the place of. */
struct futex_cond_ops {
	const char *name;
	bool (*wait)(struct futex_cond *c, struct futex_mutex *m,
		     uint64_t deadline_ns);
	void (*signal)(struct futex_cond *c);
	void (*broadcast)(struct futex_cond *c);
};

extern const struct futex_cond_ops futex_cond_ops;
