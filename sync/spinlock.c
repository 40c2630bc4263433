/*
 * sync/spinlock.c - a byte for the holder, and an MCS queue for who waits.
 *
 * Invariant   word is (held, tail):
 *                 (0, 0) -> (1, 0)    lock, when free and nobody waits
 *                 (h, t) -> (h, me)   a waiter joins the queue
 *                 (0, me) -> (1, 0)   the first in line enters, and is the last
 *                 (0, t) -> (1, t)    the first in line enters; others wait
 *                 (1, t) -> (0, t)    unlock
 *             Only the holder writes held while it is 1.  While tail is not 0,
 *             only the first in line writes held when it is 0: the fast path
 *             and spin_trylock() want the whole word to be 0.  So nobody
 *             overtakes the queue.
 *             The queue is sync/mcs.c's, but a waiter leaves it on entering,
 *             not on unlock.  So it needs a node only while it waits: each CPU
 *             has four, one for each context that can interrupt another, and
 *             spin_depth says how many of them are in use.  Contexts nest, so
 *             the next free node is node[spin_depth].
 * Ordering    [A] unlock's store of held -> the next holder's load of it or
 *             cas of the word: hands over what was written under the lock.
 *             [B] the exchange of tail -> the next exchange of it: our node is
 *             ready before anybody can find it.
 *             [C] a waiter's store of next -> its predecessor's load: the same
 *             for the predecessor, who will write into the node.
 *             [D] the predecessor's store of first -> the waiter's load: when
 *             we are first in line, we see that the predecessor has set held.
 *             That views of one word synchronise is argued in arch/atomic.h.
 * References  Mellor-Crummey and Scott, TOCS 9(1), 1991, section 2.4.  A queue
 *             beside a lock word, numbers for pointers and nodes per CPU: Long,
 *             qspinlock (Linux 4.2, kernel/locking/qspinlock.c, its opening
 *             comment).  We have no pending bit: a single waiter queues too.
 */
#include "sync/spinlock.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "kernel/assert.h"
#include "sync/preempt.h"
#include "sync/watch.h"

#define CONTEXTS	4	/* thread, interrupt, exception, one more */

struct spin_node {
	struct atomic_ptr next;		/* who queued after us */
	struct atomic32 first;		/* 1: we are first in line */
};

struct spin_nodes {
	struct spin_node node[CONTEXTS];
};

static PERCPU(struct spin_nodes, spin_nodes);
static PERCPU(uint32_t, spin_depth);

_Static_assert(sizeof(struct spinlock) == 4, "it is embedded everywhere");
_Static_assert((NR_CPUS + 1) * CONTEXTS <= UINT16_MAX, "tail has 16 bits");

static uint16_t number_of(unsigned cpu, unsigned context)
{
	return (cpu + 1) * CONTEXTS + context;
}

static struct spin_node *node_of(uint16_t number)
{
	unsigned cpu = number / CONTEXTS - 1;

	return &per_cpu_ptr(&spin_nodes, cpu)->node[number % CONTEXTS];
}

void spin_init(struct spinlock *l)
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->word, 0);
	watch_init(l, WATCH_SPIN);
}

static void wait_behind(struct spinlock *l, uint16_t before,
			struct spin_node *mine)
{
	store_release(&node_of(before)->next, mine);	/* [C] */
	while (!load_acquire(&mine->first))		/* [D] */
		watch_relax(l);
}

static void call_next(struct spin_node *mine)
{
	struct spin_node *next;

	/* whoever has exchanged tail stores our next at once */
	while (!(next = load_acquire(&mine->next)))	/* [C] */
		cpu_relax();
	store_release(&next->first, 1);			/* [D] */
}

/* We are first in line: nobody but the holder is before us. */
static void enter(struct spinlock *l, uint16_t me, struct spin_node *mine)
{
	uint32_t only_me = (uint32_t)me << 16;	/* (0, me) */

	while (load_acquire(&l->held))			/* [A] */
		watch_relax(l);
	/* relaxed: the load above was [A]'s acquire, and held is ours since */
	if (cas_relaxed(&l->word, &only_me, 1))
		return;
	store_relaxed(&l->held, 1);	/* relaxed: only we write held now */
	call_next(mine);
}

static never_inline void lock_contended(struct spinlock *l)
{
	unsigned context = this_cpu_read(spin_depth);
	uint16_t me = number_of(cpu_id(), context), before;
	struct spin_node *mine = node_of(me);

	assert(!in_nmi());
	assert(context < CONTEXTS);
	watch_contended(l);
	this_cpu_write(spin_depth, context + 1);
	/* relaxed: [B] makes both visible to whoever queues behind us */
	store_relaxed(&mine->next, NULL);
	store_relaxed(&mine->first, 0);	/* relaxed: as above */
	before = xchg_acq_rel(&l->tail, me);		/* [B] */
	if (before)
		wait_behind(l, before, mine);
	enter(l, me, mine);
	this_cpu_write(spin_depth, context);
}

static always_inline bool take_if_free(struct spinlock *l)
{
	uint32_t free = 0;

	return cas_acquire(&l->word, &free, 1);		/* [A] */
}

/* It is not free, or somebody watches: one call, so the rest needs no frame. */
static never_inline void lock_slow(struct spinlock *l, unsigned how)
{
	if (!watch_on()) {
		lock_contended(l);
		return;
	}
	lockdep_acquire(l, WATCH_SPIN, how, watch_callers_site());
	if (unlikely(!take_if_free(l)))
		lock_contended(l);
	lockdep_acquired(l);
}

static always_inline void lock(struct spinlock *l, unsigned how)
{
	if (watch_on() || unlikely(!take_if_free(l)))
		lock_slow(l, how);
}

static never_inline void unlock_watched(struct spinlock *l)
{
	lockdep_release(l, watch_callers_site());
	store_release(&l->held, 0);			/* [A] */
}

static always_inline void unlock(struct spinlock *l)
{
	if (watch_on())
		unlock_watched(l);
	else
		store_release(&l->held, 0);		/* [A] */
}

void spin_lock_raw(struct spinlock *l)
{
	lock(l, 0);
}

void spin_unlock_raw(struct spinlock *l)
{
	unlock(l);
}

void spin_lock(struct spinlock *l)
{
	preempt_disable();
	lock(l, 0);
}

void spin_lock_nested(struct spinlock *l, unsigned subclass)
{
	preempt_disable();
	lock(l, WATCH_NESTED(subclass));
}

bool spin_trylock(struct spinlock *l)
{
	preempt_disable();
	if (likely(take_if_free(l))) {
		watch_tried(l, WATCH_SPIN, 0);
		return true;
	}
	preempt_enable();
	return false;
}

/* Somebody watches, or a switch is due: one call, so no frame otherwise. */
static never_inline void spin_unlock_slow(struct spinlock *l)
{
	if (!watch_on()) {
		preempt_schedule();
		return;
	}
	lockdep_release(l, watch_callers_site());
	store_release(&l->held, 0);			/* [A] */
	preempt_enable();
}

void spin_unlock(struct spinlock *l)
{
	if (!watch_on()) {
		store_release(&l->held, 0);		/* [A] */
		if (likely(!preempt_enable_is_due()))
			return;
	}
	spin_unlock_slow(l);
}

uint64_t spin_lock_irqsave(struct spinlock *l)
{
	uint64_t was = irq_save();

	preempt_disable();
	lock(l, 0);
	return was;
}

void spin_unlock_irqrestore(struct spinlock *l, uint64_t was)
{
	unlock(l);
	watch_irq_restore(was);
	irq_restore(was);
	preempt_enable();
}

bool spin_is_locked(const struct spinlock *l)
{
	/* relaxed: a hint; it may have changed by the time it returns */
	return load_relaxed(&l->held);
}

uintptr_t spin_last(const struct spinlock *l)
{
	/* relaxed: a hint; it orders nothing */
	return load_relaxed(&l->tail);
}
