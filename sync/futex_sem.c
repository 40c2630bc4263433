/*
 * sync/futex_sem.c - units to be had, and how many wait for one.
 *
 * Invariant   units only says what is free: a unit is taken by a swap n -> n-1
 *             and by nothing else.
 *             waiting is at least the number of those who sleep.  Each adds
 *             itself before it asks the futex to sleep while units is 0.
 *             An up adds the unit and then looks whether anybody waits; a
 *             waiter adds itself and then, in the futex, looks at units.  With
 *             a full fence between the two steps on both sides at least one
 *             sees the other's: the up wakes, or the waiter does not sleep.
 *             Who was woken and finds no unit goes back to sleep: whoever took
 *             it was quicker, and the wake-up has done what it was for.
 * Ordering    [A] up's addition -> down's swap: what was done before the unit
 *             came.  All changes of units are read-modify-writes, so they
 *             continue the release sequence of every earlier up.
 *             [B] the fences: units before waiting, waiting before units.
 * References  Drepper, Futexes are tricky, 2011.  Dekker's argument: Dijkstra,
 *             EWD123, 1965.
 */
#include "sync/futex_sem.h"

#include "kernel/errno.h"
#include "sync/futex.h"

void futex_sem_init(struct futex_sem *s, uint32_t units)
{
	/* relaxed: s is the caller's own until it is published */
	store_relaxed(&s->units, units);
	store_relaxed(&s->waiting, 0);	/* relaxed: as above */
}

bool futex_sem_trydown(struct futex_sem *s)
{
	/* relaxed: a first guess, which the swap verifies */
	uint32_t n = load_relaxed(&s->units);

	/* ends when one was taken, or there is none */
	while (n)
		if (cas_acquire(&s->units, &n, n - 1))		/* [A] */
			return true;
	return false;
}

static never_inline bool down_slow(struct futex_sem *s, uint64_t deadline_ns)
{
	uintptr_t address = (uintptr_t)&s->units;
	int err = 0;
	bool got;

	/* relaxed: the fence orders it */
	fetch_add_relaxed(&s->waiting, 1);
	fence_seq_cst();					/* [B] */
	/* ended by a unit, or by the clock */
	while (!(got = futex_sem_trydown(s)) && err != -ETIMEDOUT)
		err = futex_wait(&futex_kernel, address, 0, deadline_ns);
	/* relaxed: one too many, for a while, costs a call */
	fetch_add_relaxed(&s->waiting, -1);
	return got;
}

bool futex_sem_down_timeout(struct futex_sem *s, uint64_t deadline_ns)
{
	return futex_sem_trydown(s) || down_slow(s, deadline_ns);
}

void futex_sem_down(struct futex_sem *s)
{
	(void)!futex_sem_down_timeout(s, PARK_FOREVER);
}

void futex_sem_up(struct futex_sem *s)
{
	fetch_add_release(&s->units, 1);			/* [A] */
	fence_seq_cst();					/* [B] */
	/* relaxed: the fence orders it */
	if (load_relaxed(&s->waiting))
		futex_wake(&futex_kernel, (uintptr_t)&s->units, 1);
}

const struct futex_sem_ops futex_sem_ops = {
	.name = "futex_sem",
	.down = futex_sem_down_timeout,
	.up = futex_sem_up,
};
