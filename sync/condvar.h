/*
 * sync/condvar.h - a condition variable, used with a mutex.
 *
 * Guarantees  cond_wait() releases the mutex and waits in one step: a signal by
 *             whoever gets the mutex afterwards finds the caller waiting.  It
 *             returns with the mutex held.
 *             cond_signal() wakes the one that waits longest, if any.
 *             cond_broadcast() wakes exactly those that wait at that moment.
 *             cond_wait_timeout() returns true when it was signalled, or false
 *             when not, and not before the deadline; never both.  So no signal
 *             goes to somebody who reports a time-out.
 * Context     cond_wait(), cond_wait_timeout(): the mutex's owner, where
 *             might_sleep() allows.  The others: threads and interrupts, with
 *             or without the mutex, never NMI.
 * Cost        24 bytes.  A signal takes the queue's lock, even for nobody.
 * Limits      Mesa's rule: between the signal and the return somebody else may
 *             have had the mutex.  Wait in a loop over your condition.  All
 *             that a broadcast wakes go for the mutex at once.
 * See         docs/34-condvar.md, tests/sync/test_condvar.c
 */
#pragma once

#include "sync/mutex.h"
#include "sync/waitq.h"

struct cond {
	struct waitq q;
};

#define COND_INIT(name)	{ WAITQ_INIT((name).q) }

void cond_init(struct cond *c);
void cond_wait(struct cond *c, struct mutex *m);
bool cond_wait_timeout(struct cond *c, struct mutex *m, uint64_t deadline_ns)
	must_check;
void cond_signal(struct cond *c);
void cond_broadcast(struct cond *c);

/* What a test may put something else in the place of. */
struct cond_ops {
	const char *name;
	bool (*wait)(struct cond *c, struct mutex *m, uint64_t deadline_ns);
	void (*signal)(struct cond *c);
	void (*broadcast)(struct cond *c);
};

extern const struct cond_ops cond_ops;
