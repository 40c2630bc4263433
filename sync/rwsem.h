/*
 * sync/rwsem.h - a lock for threads that many readers share.
 *
 * Guarantees  A writer is alone; readers share.  What a writer wrote before its
 *             unlock, those after it see; what readers did before theirs, the
 *             next writer sees.
 *             First in, first out: a reader that comes when somebody is queued
 *             queues too, so readers cannot keep a writer waiting for longer
 *             than those inside need; neighbouring readers in the queue enter
 *             together.  Nobody bypasses the queue.
 *             rwsem_downgrade() makes the writer a reader without letting
 *             another writer in between, and the readers at the head of the
 *             queue join it.
 *             The _timeout forms return true inside, or false not before the
 *             deadline; a writer that gives up lets in the readers behind it.
 * Context     Threads; those that wait where might_sleep() allows.
 * Cost        40 bytes.  Free: one cas to lock, one addition to unlock.  All
 *             readers write one cache line.  With a writer inside and nobody
 *             queued, who comes spins while that one runs, at most about
 *             RWSEM_SPINS looks at it; then one park and one unpark.
 * Limits      A reader that reads again inside deadlocks if a writer came in
 *             between.  2^30 - 1 readers.  Whom to wait for is known of writers
 *             only, so nobody spins while readers are inside.  Who spins has no
 *             place in the queue yet.  An unlock may still touch the lock after
 *             it let the next in: it must not be freed by whoever was last to
 *             get it.
 * See         docs/35-rwsem.md, tests/sync/test_rwsem.c
 */
#pragma once

#include "arch/atomic.h"
#include "sync/waitq.h"

#define RWSEM_SPINS	20

struct rwsem {
	struct atomic32 state;	/* see rwsem.c */
	struct atomic_ptr writer;	/* the thread inside, or NULL */
	struct waitq q;
};

/* On the waiting thread's stack. */
struct rwsem_waiter {
	struct waiter w;
	bool writer;
};

#define RWSEM_INIT(name)	\
	{ ATOMIC32(0), ATOMIC_PTR(0), WAITQ_INIT((name).q) }

void rwsem_init(struct rwsem *l);

void rwsem_read_lock(struct rwsem *l);
bool rwsem_read_trylock(struct rwsem *l) must_check;
bool rwsem_read_lock_timeout(struct rwsem *l, uint64_t deadline_ns) must_check;
void rwsem_read_unlock(struct rwsem *l);

void rwsem_write_lock(struct rwsem *l);
bool rwsem_write_trylock(struct rwsem *l) must_check;
bool rwsem_write_lock_timeout(struct rwsem *l, uint64_t deadline_ns) must_check;
void rwsem_write_unlock(struct rwsem *l);
void rwsem_downgrade(struct rwsem *l);

/* What a test may put something else in the place of. */
struct rwsem_ops {
	const char *name;
	bool (*read_lock)(struct rwsem *l, uint64_t deadline_ns);
	bool (*read_trylock)(struct rwsem *l);
	void (*read_unlock)(struct rwsem *l);
	bool (*write_lock)(struct rwsem *l, uint64_t deadline_ns);
	bool (*write_trylock)(struct rwsem *l);
	void (*write_unlock)(struct rwsem *l);
	void (*downgrade)(struct rwsem *l);
};

extern const struct rwsem_ops rwsem_ops;
