/*
 * sync/rwlock.c - a count of readers and a bit for the writer, in one word.
 *
 * Invariant   The bit is set by the writer that found the whole word 0, and
 *             cleared by it.  A reader is inside if its addition found the bit
 *             clear; one that found it set takes its addition back.  So while
 *             the bit is set nobody else is inside, and the count is of
 *             readers that are on their way back out.
 *             (0, free) -> (n, readers) -> (0, free) -> (bit, writer) ...
 * Ordering    [A] a writer's clearing of the bit -> whoever next adds to the
 *             word or swaps it: it reads that value, or one that later
 *             additions made of it, which a release sequence carries.
 *             [B] a reader's subtraction -> the writer whose swap finds 0.
 *             All contenders meet in one word, so there is no question of an
 *             order between two words: compare sync/brlock.c.
 * References  Courtois, Heymans and Parnas, CACM 14(10), 1971 (the first
 *             problem: no reader waits unless a writer is inside).
 */
#include "sync/rwlock.h"

#include "arch/cpu.h"
#include "sync/preempt.h"
#include "sync/watch.h"

void rwlock_init(struct rwlock *l)
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->word, 0);
	watch_init(l, WATCH_RWLOCK);
}

static bool read_enter(struct rwlock *l)
{
	if (!(fetch_add_acquire(&l->word, 1) & RWLOCK_WRITER))	/* [A] */
		return true;
	/* relaxed: we were never inside, there is nothing to hand over */
	fetch_add_relaxed(&l->word, -1);
	return false;
}

static always_inline void read_lock(struct rwlock *l)
{
	preempt_disable();
	watch_acquire(l, WATCH_RWLOCK, WATCH_READ);
	while (!read_enter(l))	/* ended by the writer's unlock */
		/* relaxed: when to try again; [A] is what lets us in */
		while (load_relaxed(&l->word) & RWLOCK_WRITER)
			watch_relax(l);
	watch_acquired(l);
}

void rwlock_read_lock(struct rwlock *l)
{
	read_lock(l);
}

bool rwlock_read_trylock(struct rwlock *l)
{
	preempt_disable();
	if (read_enter(l)) {
		watch_tried(l, WATCH_RWLOCK, WATCH_READ);
		return true;
	}
	preempt_enable();
	return false;
}

static always_inline void read_leave(struct rwlock *l)
{
	watch_release(l);
	fetch_add_release(&l->word, -1);		/* [B] */
}

void rwlock_read_unlock(struct rwlock *l)
{
	read_leave(l);
	preempt_enable();
}

static bool write_enter(struct rwlock *l)
{
	uint32_t free = 0;

	return cas_acquire(&l->word, &free, RWLOCK_WRITER);	/* [A] [B] */
}

static always_inline void write_lock(struct rwlock *l)
{
	preempt_disable();
	watch_acquire(l, WATCH_RWLOCK, 0);
	while (!write_enter(l))	/* no bound: see Limits */
		/* relaxed: when to try again */
		while (load_relaxed(&l->word))
			watch_relax(l);
	watch_acquired(l);
}

void rwlock_write_lock(struct rwlock *l)
{
	write_lock(l);
}

bool rwlock_write_trylock(struct rwlock *l)
{
	preempt_disable();
	if (write_enter(l)) {
		watch_tried(l, WATCH_RWLOCK, 0);
		return true;
	}
	preempt_enable();
	return false;
}

static always_inline void write_leave(struct rwlock *l)
{
	watch_release(l);
	/* not a store of 0: readers may be on their way back out */
	fetch_add_release(&l->word, -RWLOCK_WRITER);	/* [A] */
}

void rwlock_write_unlock(struct rwlock *l)
{
	write_leave(l);
	preempt_enable();
}

uint64_t rwlock_read_lock_irqsave(struct rwlock *l)
{
	uint64_t was = irq_save();

	read_lock(l);
	return was;
}

void rwlock_read_unlock_irqrestore(struct rwlock *l, uint64_t was)
{
	read_leave(l);
	watch_irq_restore(was);
	irq_restore(was);
	preempt_enable();
}

uint64_t rwlock_write_lock_irqsave(struct rwlock *l)
{
	uint64_t was = irq_save();

	write_lock(l);
	return was;
}

void rwlock_write_unlock_irqrestore(struct rwlock *l, uint64_t was)
{
	write_leave(l);
	watch_irq_restore(was);
	irq_restore(was);
	preempt_enable();
}
