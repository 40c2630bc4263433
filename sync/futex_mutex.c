/*
 * sync/futex_mutex.c - free, owned, owned with somebody who may wait.
 *
 * Invariant   word: 0 free, 1 owned, 2 owned and somebody may wait.
 *             lock    0 -> 1              nobody was there
 *                     any -> 2            by who waits; it owns the mutex if it
 *                                         found 0, else it sleeps while it is 2
 *             unlock  1 -> 0              nobody waits
 *                     2 -> 1 -> 0         and wakes one
 *             Nobody sleeps but while the word is 2, and whoever ends the 2
 *             wakes one.  Who is woken makes it 2 again before it does anything
 *             else, since it cannot know whether it was the last; so there is
 *             never a sleeper without a 2, or a woken one on its way to it.
 *             That holds for one that then gives up, too.
 * Ordering    [A] unlock -> lock, by word.
 * References  Drepper, Futexes are tricky, 2011, section 5, the second mutex.
 */
#include "sync/futex_mutex.h"

#include "kernel/errno.h"
#include "sync/futex.h"

void futex_mutex_init(struct futex_mutex *m)
{
	/* relaxed: m is the caller's own until it is published */
	store_relaxed(&m->word, 0);
}

bool futex_mutex_trylock(struct futex_mutex *m)
{
	uint32_t free = 0;

	return cas_acquire(&m->word, &free, 1);			/* [A] */
}

static never_inline bool lock_slow(struct futex_mutex *m, uint64_t deadline_ns)
{
	uintptr_t address = (uintptr_t)&m->word;

	/* ended by an unlock, or by the clock */
	while (xchg_acquire(&m->word, 2))			/* [A] */
		if (futex_wait(&futex_kernel, address, 2, deadline_ns) ==
		    -ETIMEDOUT)
			return false;
	return true;
}

void futex_mutex_lock(struct futex_mutex *m)
{
	if (!futex_mutex_trylock(m))
		(void)lock_slow(m, PARK_FOREVER);
}

bool futex_mutex_lock_timeout(struct futex_mutex *m, uint64_t deadline_ns)
{
	return futex_mutex_trylock(m) || lock_slow(m, deadline_ns);
}

void futex_mutex_lock_contended(struct futex_mutex *m)
{
	(void)lock_slow(m, PARK_FOREVER);
}

void futex_mutex_unlock(struct futex_mutex *m)
{
	if (fetch_add_release(&m->word, -1) == 1)		/* [A] */
		return;
	store_release(&m->word, 0);				/* [A] */
	futex_wake(&futex_kernel, (uintptr_t)&m->word, 1);
}

const struct futex_mutex_ops futex_mutex_ops = {
	.name = "futex_mutex",
	.lock = futex_mutex_lock_timeout,
	.unlock = futex_mutex_unlock,
};
