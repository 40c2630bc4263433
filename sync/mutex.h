/*
 * sync/mutex.h - the lock for threads: who waits, sleeps.
 *
 * Guarantees  Mutual exclusion.  What the last owner wrote before unlock, the
 *             next sees after lock.  Only the owner may unlock: asserted.
 *             Sleepers are first in, first out.  The first in line is bypassed
 *             by at most MUTEX_BYPASS others (who spin, or just come along);
 *             then the lock is handed to it.  So who sleeps behind k others
 *             waits for at most (k + 1) * (MUTEX_BYPASS + 1) owners.
 *             mutex_lock_timeout() returns true as the owner, or false not
 *             before the deadline, leaving nothing behind.
 *             When mutex_unlock() returns it no longer touches the mutex, and
 *             the next owner's unlock does not return before that: the last
 *             owner may free it.
 * Context     Threads; lock and its timeout form where might_sleep() allows.
 * Cost        32 bytes.  Free: one cas to lock, one to unlock.  Contended: the
 *             waiter spins while the owner runs, at most about MUTEX_SPINS
 *             looks at the owner; then one park and one unpark.
 * Limits      No recursion: locking one's own is asserted.  No priority
 *             inheritance: a medium thread may keep the owner from running.
 * See         docs/33-mutex.md, tests/sync/test_mutex.c
 */
#pragma once

#include "arch/atomic.h"
#include "sync/waitq.h"

#define MUTEX_BYPASS	4
#define MUTEX_SPINS	20

struct mutex {
	struct atomic64 owner;	/* thread | CONTENDED: see mutex.c */
	struct waitq q;
};

#define MUTEX_INIT(name)	{ ATOMIC64(0), WAITQ_INIT((name).q) }

void mutex_init(struct mutex *m);
void mutex_lock(struct mutex *m);

/* For lockdep: m is locked as the subclass-th of its class, 1 to 3. */
void mutex_lock_nested(struct mutex *m, unsigned subclass);
bool mutex_trylock(struct mutex *m) must_check;
bool mutex_lock_timeout(struct mutex *m, uint64_t deadline_ns) must_check;
void mutex_unlock(struct mutex *m);

/* For assertions: the caller owns m. */
bool mutex_is_mine(const struct mutex *m);

/*
 * What a test may put something else in the place of.  Not struct lock_ops of
 * the spin locks: their owners are not preempted, these sleep.
 */
struct mutex_ops {
	const char *name;
	void (*lock)(struct mutex *m);
	bool (*trylock)(struct mutex *m);
	bool (*lock_timeout)(struct mutex *m, uint64_t deadline_ns);
	void (*unlock)(struct mutex *m);
};

extern const struct mutex_ops mutex_ops;
