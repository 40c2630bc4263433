/*
 * sync/futex_mutex.h - a mutex of one word, as a program builds it.
 *
 * Guarantees  Mutual exclusion.  What the last owner wrote before unlock, the
 *             next sees after lock.  Nobody sleeps for ever before a free
 *             mutex.  Without contention neither lock nor unlock enters the
 *             futex, as futex_calls() shows.
 *             The timeout form returns true as the owner, or false not before
 *             the deadline.
 * Context     Threads; lock and its timeout form where might_sleep() allows.
 * Cost        4 bytes.  Free: one cas to lock, one addition to unlock.
 * Limits      No owner is known: who unlocks what it has not locked is not
 *             found out.  Who comes along may take it before who was woken, any
 *             number of times.  An unlock may still wake by the word's address
 *             after the next owner has freed it; so a stray wake-up may reach
 *             whatever futex is there then.
 * See         docs/37-futex.md, tests/sync/test_futex_mutex.c; sync/mutex.h
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/atomic.h"
#include "kernel/compiler.h"

struct futex_mutex {
	struct atomic32 word;	/* 0 free, 1 owned, 2 owned, maybe waiters */
};

#define FUTEX_MUTEX_INIT	{ ATOMIC32(0) }

void futex_mutex_init(struct futex_mutex *m);
void futex_mutex_lock(struct futex_mutex *m);
bool futex_mutex_trylock(struct futex_mutex *m) must_check;
bool futex_mutex_lock_timeout(struct futex_mutex *m, uint64_t deadline_ns)
	must_check;
void futex_mutex_unlock(struct futex_mutex *m);

/* Lock, for one of several that were made to wait for m: others may, too. */
void futex_mutex_lock_contended(struct futex_mutex *m);

/* What a test may put something else in the place of. */
struct futex_mutex_ops {
	const char *name;
	bool (*lock)(struct futex_mutex *m, uint64_t deadline_ns);
	void (*unlock)(struct futex_mutex *m);
};

extern const struct futex_mutex_ops futex_mutex_ops;
