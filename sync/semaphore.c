/*
 * sync/semaphore.c - a count that goes below zero, and a queue for the debt.
 *
 * Invariant   count = units nobody wants - downs that found none and have
 *             neither got one nor given up.  Each change of count is one
 *             atomic addition, which decides everything:
 *             down  n -> n - 1   n > 0: a unit is ours.  Else: we are owed one.
 *             up    n -> n + 1   n >= 0: it is free.  Else: somebody is owed
 *                                one, and we go and hand it over.
 *             Debtor and creditor meet under the lock, in either order:
 *             handed = hand-overs that came before their waiter (positive), or
 *             waiters that gave up after their unit was sent (negative).
 *             A waiter that gives up takes its wish back, n -> n + 1.  If n was
 *             negative, one debt is gone.  If not, every debt is being paid
 *             just now, ours by an up that has not got the lock yet; that
 *             unit is free by the addition, so its hand-over must not happen:
 *             handed - 1.
 *             handed > 0 and somebody queued: never both.
 * Ordering    [A] up's addition -> down's addition: what was done before the
 *             unit came.  All changes of count are additions or swaps, so they
 *             continue the release sequence of every earlier up.
 *             A unit that is handed over goes through the lock, [A] of
 *             sync/spinlock.c.
 * References  Dijkstra, EWD123, 1965.  The count below zero with a queue for
 *             the rest: B. Schillings, Be Newsletter 26, 1996 (benaphore).
 */
#include "sync/semaphore.h"

#include "kernel/assert.h"
#include "sync/preempt.h"
#include "sync/watch.h"

void sem_init(struct semaphore *s, uint32_t units)
{
	assert(units <= INT32_MAX);
	/* relaxed: s is the caller's own until it is published */
	store_relaxed(&s->count, units);
	s->handed = 0;
	waitq_init(&s->q);
	watch_init(&s->q.lock, WATCH_SPIN);
}

/* We are owed a unit.  True: got it.  False: gave up. */
static bool collect(struct semaphore *s, uint64_t deadline_ns)
{
	struct waiter w;
	bool got = true;
	uint64_t was = waitq_lock(&s->q);

	if (s->handed > 0) {
		s->handed--;
	} else {
		waitq_push_locked(&s->q, &w, true);
		watch_sleep(s, WATCH_SEM);
		got = waitq_sleep_locked(&s->q, &w, deadline_ns, was);
		watch_waited();
	}
	/* relaxed: we take nothing, and publish nothing */
	if (!got && (int32_t)fetch_add_relaxed(&s->count, 1) >= 0)
		s->handed--;
	waitq_unlock(&s->q, was);
	return got;
}

/* Somebody is owed a unit. */
static never_inline void hand_over(struct semaphore *s)
{
	uint64_t was = waitq_lock(&s->q);
	struct waiter *w = waitq_first_locked(&s->q);

	if (s->handed < 0 || !w)
		s->handed++;
	else
		waiter_wake_locked(w);
	waitq_unlock(&s->q, was);
}

static always_inline bool down(struct semaphore *s, uint64_t deadline_ns)
{
	int32_t found;

	watch_wait(s, WATCH_SEM);
	might_sleep();
	found = fetch_add_acquire(&s->count, -1);		/* [A] */
	if (unlikely(found <= 0) && !collect(s, deadline_ns))
		return false;
	watch_unit(s, true);
	return true;
}

void sem_down(struct semaphore *s)
{
	(void)down(s, PARK_FOREVER);
}

bool sem_down_timeout(struct semaphore *s, uint64_t deadline_ns)
{
	return down(s, deadline_ns);
}

bool sem_trydown(struct semaphore *s)
{
	/* relaxed: a first guess, which the swap verifies */
	uint32_t n = load_relaxed(&s->count);

	/* ends when one was taken, or there is none */
	while ((int32_t)n > 0)
		if (cas_acquire(&s->count, &n, n - 1)) {	/* [A] */
			watch_unit(s, true);
			return true;
		}
	return false;
}

/* Not preempted on the way: the waiter is owed it, and nobody else pays. */
void sem_up(struct semaphore *s)
{
	int32_t found;

	watch_unit(s, false);
	preempt_disable();
	found = fetch_add_release(&s->count, 1);		/* [A] */
	if (unlikely(found < 0))
		hand_over(s);
	preempt_enable();
}

const struct sem_ops sem_ops = {
	.name = "semaphore",
	.down = sem_down,
	.trydown = sem_trydown,
	.down_timeout = sem_down_timeout,
	.up = sem_up,
};
