/*
 * tests/checker/abstract/spinlock.c - the spin lock as its users see it: one
 * step to take it, one to give it back.
 *
 * The lock itself is checked alone (tests/checker/programs/spinlock.c).  Its
 * users are linked with this, or a run would spend its steps on the queue of
 * waiters.  A struct spinlock is four bytes, as a struct check_lock is.
 */
#include "sync/spinlock.h"

#include "arch/cpu.h"
#include "sync/preempt.h"

#include "tests/checker/checker.h"

_Static_assert(sizeof(struct spinlock) == sizeof(struct check_lock), "one is "
	       "used as the other");

static struct check_lock *as_check_lock(struct spinlock *l)
{
	return (struct check_lock *)l;
}

void spin_init(struct spinlock *l)
{
	/* plain: l is the caller's own, and the lock no word of weak memory */
	as_check_lock(l)->held = 0;
}

void spin_lock_raw(struct spinlock *l)
{
	check_lock(as_check_lock(l));
}

void spin_unlock_raw(struct spinlock *l)
{
	check_unlock(as_check_lock(l));
}

void spin_lock(struct spinlock *l)
{
	preempt_disable();
	spin_lock_raw(l);
}

void spin_lock_nested(struct spinlock *l, unsigned subclass)
{
	(void)subclass;
	spin_lock(l);
}

bool spin_is_locked(const struct spinlock *l)
{
	/* relaxed: a hint; it may have changed by the time it returns */
	return load_relaxed(&l->word);
}

bool spin_trylock(struct spinlock *l)
{
	preempt_disable();
	if (check_trylock(as_check_lock(l)))
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
