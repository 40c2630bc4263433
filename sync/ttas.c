/*
 * sync/ttas.c - wait by reading, exchange when it looks free.
 *
 * Invariant   As in sync/tas.c: who exchanges 0 for 1 holds the lock, and only
 *             the holder writes 0.  What a waiter merely reads decides nothing
 *             but when to try again.
 *             0 < delay <= TTAS_DELAY_MAX.
 * Ordering    [A] unlock's store of 0 -> the exchange that reads it.
 * References  Rudolph and Segall, Dynamic decentralized cache schemes for MIMD
 *             parallel processors, ISCA 1984 (test before test-and-set);
 *             Anderson, IEEE TPDS 1(1), 1990, section 3 (backing off).
 */
#include "sync/ttas.h"

#include "arch/cpu.h"
#include "sync/watch.h"

void ttas_init(struct ttas *l)
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->held, 0);
	watch_init(l, WATCH_TTAS);
}

static always_inline bool take(struct ttas *l)
{
	return !xchg_acquire(&l->held, 1);	/* [A] */
}

bool ttas_trylock(struct ttas *l)
{
	if (!take(l))
		return false;
	watch_tried(l, WATCH_TTAS, 0);
	return true;
}

static never_inline void lock_contended(struct ttas *l)
{
	unsigned delay = TTAS_DELAY_MIN;

	do {	/* ends when we find it free before anybody else does */
		cpu_delay(delay);
		if (delay < TTAS_DELAY_MAX)
			delay *= 2;
		/* relaxed: looks free is no more than a reason to try */
		while (load_relaxed(&l->held))
			watch_relax(l);
	} while (!take(l));
}

void ttas_lock(struct ttas *l)
{
	watch_acquire(l, WATCH_TTAS, 0);
	if (unlikely(!take(l)))
		lock_contended(l);
	watch_acquired(l);
}

void ttas_unlock(struct ttas *l)
{
	watch_release(l);
	store_release(&l->held, 0);		/* [A] */
}
