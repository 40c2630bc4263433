/*
 * sync/semaphore.h - a counting semaphore.
 *
 * Guarantees  At most as many sem_down() have returned as there were units at
 *             the start and sem_up() calls begun.  What was written before a
 *             sem_up() is seen after the sem_down() that got its unit.
 *             Units are handed over: who has queued gets the next one, in the
 *             order of queueing, and nobody can snatch it.
 *             sem_down_timeout() returns true with a unit, or false without
 *             one and not before the deadline; never both, and it leaves
 *             nothing behind.
 * Context     sem_down(), sem_down_timeout(): where might_sleep() allows.
 *             sem_up(), sem_trydown(): threads and interrupts, with any other
 *             lock held, never NMI.
 * Cost        32 bytes.  Without waiting: one locked add down, one up.
 * Limits      2^31 - 1 units, and as many waiters.  After a sem_down() returns,
 *             the sem_up() that fed it may still touch the semaphore: see
 *             sync/completion.h for something that may be freed at once.
 *             sem_down_timeout() takes a free unit even past the deadline.
 * See         docs/31-semaphore.md, tests/sync/test_semaphore.c
 */
#pragma once

#include "arch/atomic.h"
#include "sync/waitq.h"

struct semaphore {
	struct atomic32 count;	/* units, or (negative) who wants one */
	int handed;		/* under q.lock: see semaphore.c */
	struct waitq q;
};

#define SEMAPHORE_INIT(name, n) \
	{ ATOMIC32(n), 0, WAITQ_INIT((name).q) }

void sem_init(struct semaphore *s, uint32_t units);
void sem_down(struct semaphore *s);
bool sem_trydown(struct semaphore *s) must_check;
bool sem_down_timeout(struct semaphore *s, uint64_t deadline_ns) must_check;
void sem_up(struct semaphore *s);

/* What a test may put something else in the place of. */
struct sem_ops {
	const char *name;
	void (*down)(struct semaphore *s);
	bool (*trydown)(struct semaphore *s);
	bool (*down_timeout)(struct semaphore *s, uint64_t deadline_ns);
	void (*up)(struct semaphore *s);
};

extern const struct sem_ops sem_ops;
