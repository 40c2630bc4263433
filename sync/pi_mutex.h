/*
 * sync/pi_mutex.h - a mutex whose owner inherits its waiters' urgency.
 *
 * Guarantees  Mutual exclusion.  What the last owner wrote before unlock, the
 *             next sees after lock.  Only the owner may unlock: asserted.
 *             While a thread waits, the owner runs at least at its priority;
 *             so does whoever the owner waits for, and so on, in chains of any
 *             length.  That ends when the waiting ends: by unlock, by time-out,
 *             or because somebody's base priority changes.
 *             A free mutex goes to the most urgent waiter, to the first of
 *             equals; only somebody more urgent still may take it before.
 *             Who would wait for itself, through others or not, gets -EDEADLK:
 *             the one that closes the cycle; of several who close it together,
 *             perhaps each.  The others stay as they were.
 *             0 is success; else the caller has nothing, and has left nothing
 *             behind: no place, no boost, no wake-up that another needed.
 *             When pi_mutex_unlock() returns it no longer touches the mutex,
 *             and the next owner's unlock does not return before that: the
 *             last owner may free it.
 * Context     Threads; lock and its timeout form where might_sleep() allows.
 * Cost        48 bytes.  Free: one cas to lock, one to unlock.  Contended: one
 *             park, one unpark, and sync/pi_chain.h.
 * Limits      Who is less urgent may wait for ever.  Nobody spins: whom to wait
 *             for is the scheduler's business, and it has been told.
 *             thread_boost() belongs to this lock, for a thread that owns one.
 *             The limits of sync/pi_chain.h.
 * See         docs/36-pi-mutex.md, tests/sync/test_pi_mutex.c; sync/mutex.h
 */
#pragma once

#include "arch/atomic.h"
#include "sync/pi_chain.h"

struct pi_mutex {
	struct atomic64 owner;	/* thread | CONTENDED: see pi_mutex.c */
	struct pi_queue q;
};

#define PI_MUTEX_INIT(name)	{ ATOMIC64(0), PI_QUEUE_INIT((name).q) }

void pi_mutex_init(struct pi_mutex *m);

/* 0 or -EDEADLK. */
int pi_mutex_lock(struct pi_mutex *m) must_check;
bool pi_mutex_trylock(struct pi_mutex *m) must_check;

/* 0, -EDEADLK, or, not before the deadline, -ETIMEDOUT. */
int pi_mutex_lock_timeout(struct pi_mutex *m, uint64_t deadline_ns) must_check;
void pi_mutex_unlock(struct pi_mutex *m);

/* For assertions: the caller owns m. */
bool pi_mutex_is_mine(const struct pi_mutex *m);

/*
 * The part for who builds another way to wait: with m->q locked.  w is the
 * caller's place in line, or NULL.  True: it owns m, but is still in line.
 * False: somebody owns m, and will come by q; or somebody else is to have it.
 */
bool pi_mutex_take_locked(struct pi_mutex *m, const struct pi_waiter *w);

/* What a test may put something else in the place of. */
struct pi_mutex_ops {
	const char *name;
	bool (*trylock)(struct pi_mutex *m);
	int (*lock)(struct pi_mutex *m, uint64_t deadline_ns);
	void (*unlock)(struct pi_mutex *m);
};

extern const struct pi_mutex_ops pi_mutex_ops;
