/*
 * sync/completion.h - "it is done": one thread waits for another's deed.
 *
 * Guarantees  Each complete() lets one wait through, now or later; after
 *             complete_all() every wait returns at once, until
 *             completion_init().  What was written before complete() is seen
 *             after the wait that it let through.
 *             When a wait has returned, the complete() that ended it no longer
 *             touches the completion: it may lie on the waiter's stack.
 *             The longest waiter is let through first.  The timeout form
 *             returns true when it was let through, or false, not before the
 *             deadline, with nothing left behind; never both.
 * Context     wait_for_completion(), its timeout form: where might_sleep()
 *             allows.  The others: threads and interrupts, with any other lock
 *             held, never NMI.
 * Cost        32 bytes.  Everything takes the lock, even try: that is what
 *             makes the second guarantee true.
 * Limits      2^32 - 2 complete() without a wait are as good as complete_all().
 * See         docs/32-completion.md, tests/sync/test_completion.c
 */
#pragma once

#include "sync/waitq.h"

struct completion {
	struct waitq q;
	uint32_t done;		/* under q.lock; DONE_FOR_ALL: for ever */
};

#define COMPLETION_INIT(name)	{ WAITQ_INIT((name).q), 0 }

void completion_init(struct completion *c);
void complete(struct completion *c);
void complete_all(struct completion *c);
void wait_for_completion(struct completion *c);
bool wait_for_completion_timeout(struct completion *c, uint64_t deadline_ns)
	must_check;
bool try_wait_for_completion(struct completion *c) must_check;

/* What a test may put something else in the place of. */
struct completion_ops {
	const char *name;
	void (*complete)(struct completion *c);
	void (*complete_all)(struct completion *c);
	bool (*wait)(struct completion *c, uint64_t deadline_ns);
	bool (*try_wait)(struct completion *c);
};

extern const struct completion_ops completion_ops;
