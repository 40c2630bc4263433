/*
 * sync/spinlock.c - take a number, wait until it is called.
 *
 * Invariant   Every ticket is drawn once.  The CPU whose ticket equals owner
 *             holds the lock, and only that CPU writes owner.  The lock is
 *             free iff owner == next.
 * Ordering    [A] unlock's store of owner -> the next holder's load of owner.
 *             That one edge hands over everything written under the lock.
 *             Drawing a ticket orders nothing: it decides when we enter, not
 *             what we see.
 * References  Mellor-Crummey and Scott, TOCS 9(1), 1991, section 2.2.
 */
#include "sync/spinlock.h"

#include "arch/cpu.h"
#include "sync/preempt.h"

void spin_init(struct spinlock *l)
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->next, 0);
	store_relaxed(&l->owner, 0);	/* relaxed: as above */
}

void spin_lock_raw(struct spinlock *l)
{
	/* relaxed: drawing only queues us; [A] below is what lets us in */
	uint32_t mine = fetch_add_relaxed(&l->next, 1);

	while (load_acquire(&l->owner) != mine)		/* [A] */
		cpu_relax();
}

void spin_unlock_raw(struct spinlock *l)
{
	/* relaxed: we hold the lock, so nobody else writes owner */
	uint32_t mine = load_relaxed(&l->owner);

	store_release(&l->owner, mine + 1);		/* [A] */
}

void spin_lock(struct spinlock *l)
{
	preempt_disable();
	spin_lock_raw(l);
}

bool spin_trylock(struct spinlock *l)
{
	uint32_t owner;

	preempt_disable();
	owner = load_acquire(&l->owner);		/* [A] */
	/* relaxed: if next is still owner the lock was free, and [A] holds */
	if (cas_relaxed(&l->next, &owner, owner + 1))
		return true;
	preempt_enable();
	return false;
}

void spin_unlock(struct spinlock *l)
{
	spin_unlock_raw(l);
	preempt_enable();
}

uint64_t spin_lock_irqsave(struct spinlock *l)
{
	uint64_t was = irq_save();

	spin_lock(l);
	return was;
}

void spin_unlock_irqrestore(struct spinlock *l, uint64_t was)
{
	spin_unlock_raw(l);
	irq_restore(was);
	preempt_enable();
}

bool spin_is_locked(const struct spinlock *l)
{
	/* relaxed: a hint; both may have changed by the time it returns */
	return load_relaxed(&l->next) != load_relaxed(&l->owner);
}
