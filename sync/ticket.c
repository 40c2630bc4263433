/*
 * sync/ticket.c - take a number, wait until it is called.
 *
 * Invariant   Every ticket is drawn once.  The CPU whose ticket equals owner
 *             holds the lock, and only that CPU writes owner.  The lock is
 *             free iff owner == next.
 * Ordering    [A] unlock's store of owner -> the next holder's load of owner.
 *             That one edge hands over everything written under the lock.
 *             Drawing a ticket orders nothing: it decides when we enter, not
 *             what we see.
 * References  Mellor-Crummey and Scott, TOCS 9(1), 1991, section 2.2; Reed and
 *             Kanodia, Synchronization with eventcounts and sequencers, CACM
 *             22(2), 1979.
 */
#include "sync/ticket.h"

#include "arch/cpu.h"
#include "sync/watch.h"

void ticket_init(struct ticket *l)
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->next, 0);
	store_relaxed(&l->owner, 0);	/* relaxed: as above */
	watch_init(l, WATCH_TICKET);
}

void ticket_lock(struct ticket *l)
{
	uint32_t mine;

	watch_acquire(l, WATCH_TICKET, 0);
	/* relaxed: drawing only queues us; [A] below is what lets us in */
	mine = fetch_add_relaxed(&l->next, 1);
	while (load_acquire(&l->owner) != mine)		/* [A] */
		watch_relax(l);
	watch_acquired(l);
}

bool ticket_trylock(struct ticket *l)
{
	uint32_t owner = load_acquire(&l->owner);	/* [A] */

	/* relaxed: if next is still owner the lock was free, and [A] holds */
	if (!cas_relaxed(&l->next, &owner, owner + 1))
		return false;
	watch_tried(l, WATCH_TICKET, 0);
	return true;
}

void ticket_unlock(struct ticket *l)
{
	watch_release(l);
	store_add_release(&l->owner, 1);		/* [A] */
}

uintptr_t ticket_last(const struct ticket *l)
{
	/* relaxed: a hint; it orders nothing */
	return load_relaxed(&l->next);
}
