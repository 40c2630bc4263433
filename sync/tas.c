/*
 * sync/tas.c - write "held", and see whether it was you.
 *
 * Invariant   held is 1 exactly while somebody holds the lock.  Of all that
 *             exchange it for 1, the one who reads 0 is the holder, and only
 *             the holder writes 0.
 * Ordering    [A] unlock's store of 0 -> the exchange that reads it.
 * References  Anderson, The performance of spin lock alternatives for
 *             shared-memory multiprocessors, IEEE TPDS 1(1), 1990, section 3.
 */
#include "sync/tas.h"

#include "arch/cpu.h"
#include "sync/watch.h"

void tas_init(struct tas *l)
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->held, 0);
	watch_init(l, WATCH_TAS);
}

void tas_lock(struct tas *l)
{
	watch_acquire(l, WATCH_TAS, 0);
	while (xchg_acquire(&l->held, 1))	/* [A] */
		watch_relax(l);
	watch_acquired(l);
}

bool tas_trylock(struct tas *l)
{
	if (xchg_acquire(&l->held, 1))		/* [A] */
		return false;
	watch_tried(l, WATCH_TAS, 0);
	return true;
}

void tas_unlock(struct tas *l)
{
	watch_release(l);
	store_release(&l->held, 0);		/* [A] */
}
