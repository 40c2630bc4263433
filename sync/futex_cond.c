/*
 * sync/futex_cond.c - a number that each signal changes.
 *
 * Invariant   A waiter reads turns while it owns the mutex, and asks the futex
 *             to sleep while turns is still that.  So a signal by anybody who
 *             had the mutex afterwards either finds it asleep or has changed
 *             turns before.
 *             waiting is at least the number of those who sleep.  It is raised
 *             before the mutex is given up, so who has had the mutex since
 *             sees it.
 *             A broadcast wakes one waiter and moves the others to the mutex's
 *             word, in one step, and only while turns is what the broadcast
 *             made it; if not, it was followed by another signal, and tries
 *             again.  Nobody who unlocks a word of 1 wakes those who were moved
 *             there; but who was woken, or gave up, locks by making it 2.
 *             Each unlock then wakes one, which does the same.
 * Ordering    [A] a wait's store of mutex -> broadcast, by the addition to
 *             waiting after it.
 *             The condition is the mutex's business, [A] of
 *             sync/futex_mutex.c.
 * References  Drepper, Futexes are tricky, 2011, section 7; Birrell, DEC
 *             SRC-35, 1989.
 */
#include "sync/futex_cond.h"

#include "kernel/errno.h"
#include "sync/futex.h"

void futex_cond_init(struct futex_cond *c)
{
	/* relaxed: c is the caller's own until it is published */
	store_relaxed(&c->turns, 0);
	store_relaxed(&c->waiting, 0);	/* relaxed: as above */
	store_relaxed(&c->mutex, NULL);	/* relaxed: as above */
}

bool futex_cond_wait_timeout(struct futex_cond *c, struct futex_mutex *m,
			     uint64_t deadline_ns)
{
	/* relaxed: the mutex orders it against whom it matters for */
	uint32_t seen = load_relaxed(&c->turns);
	int err;

	/* relaxed: the next line publishes it */
	store_relaxed(&c->mutex, m);
	fetch_add_release(&c->waiting, 1);			/* [A] */
	futex_mutex_unlock(m);
	err = futex_wait(&futex_kernel, (uintptr_t)&c->turns, seen,
			 deadline_ns);
	/* relaxed: one too many, for a while, costs a call */
	fetch_add_relaxed(&c->waiting, -1);
	futex_mutex_lock_contended(m);
	return err != -ETIMEDOUT;
}

void futex_cond_wait(struct futex_cond *c, struct futex_mutex *m)
{
	(void)!futex_cond_wait_timeout(c, m, PARK_FOREVER);
}

void futex_cond_signal(struct futex_cond *c)
{
	/* relaxed: who has had the mutex since sees it */
	if (!load_relaxed(&c->waiting))
		return;
	/* relaxed: the futex's lock orders it */
	fetch_add_relaxed(&c->turns, 1);
	futex_wake(&futex_kernel, (uintptr_t)&c->turns, 1);
}

void futex_cond_broadcast(struct futex_cond *c)
{
	struct futex_requeue all = {
		.space = &futex_kernel, .from = (uintptr_t)&c->turns,
		.wake = 1, .move = UINT32_MAX,
	};
	struct futex_mutex *m;

	if (!load_acquire(&c->waiting))				/* [A] */
		return;
	/* relaxed: stored before waiting was raised, and the same for all */
	m = load_relaxed(&c->mutex);
	all.to = (uintptr_t)&m->word;
	/* ends unless others keep signalling */
	do {
		/* relaxed: the futex's lock orders it */
		all.value = 1 + fetch_add_relaxed(&c->turns, 1);
	} while (futex_requeue(&all) == -EAGAIN);
}

const struct futex_cond_ops futex_cond_ops = {
	.name = "futex_cond",
	.wait = futex_cond_wait_timeout,
	.signal = futex_cond_signal,
	.broadcast = futex_cond_broadcast,
};
