/*
 * sync/phase_fair.c - two pairs of tickets, and two bits that close a phase.
 *
 * Invariant   Writers are a ticket lock (next, owner): at most one has been
 *             called and not left.  Only it changes the WRITER bits, adding
 *             them to readers_in at the moment from which readers wait, and
 *             taking them off when it leaves.
 *             The readers before that moment are readers_in less its bits; the
 *             writer is inside once readers_out has reached this number, and
 *             the readers after it do not enter while its bits are there.
 *             So a writer is alone, and between two writers everybody enters
 *             who came after the first one's bits and before the second's.
 *             PHASE tells two successive writers apart: a reader that sees the
 *             bits change knows that the writer it waited for has left, though
 *             the next one may be present already.  That is why it waits for
 *             one at most.
 * Ordering    [A] a writer's store of owner -> the next writer's load.
 *             [B] a writer's taking its bits off readers_in -> the readers'
 *             additions or loads that find them gone, the next writer's
 *             included in between: read-modify-writes carry the release on.
 *             [C] a reader's addition to readers_out -> the writer's load that
 *             finds the number; earlier readers' by the same release sequence.
 * References  Brandenburg and Anderson, Spin-based reader-writer
 *             synchronization for multiprocessor real-time systems, Real-Time
 *             Systems 46, 2010 (PF-T).
 */
#include "sync/phase_fair.h"

#include "arch/cpu.h"
#include "sync/preempt.h"
#include "sync/watch.h"

void phase_fair_init(struct phase_fair *l)
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->readers_in, 0);
	store_relaxed(&l->readers_out, 0);	/* relaxed: as above */
	store_relaxed(&l->next, 0);		/* relaxed: as above */
	store_relaxed(&l->owner, 0);		/* relaxed: as above */
	watch_init(l, WATCH_PHASE_FAIR);
}

static always_inline void read_lock(struct phase_fair *l)
{
	uint32_t writer;

	preempt_disable();
	watch_acquire(l, WATCH_PHASE_FAIR, WATCH_READ);
	writer = fetch_add_acquire(&l->readers_in,
				   PHASE_FAIR_READER);	/* [B] */
	writer &= PHASE_FAIR_WRITER;
	while (writer && (load_acquire(&l->readers_in) &	/* [B] */
			  PHASE_FAIR_WRITER) == writer)
		watch_relax(l);
	watch_acquired(l);
}

void phase_fair_read_lock(struct phase_fair *l)
{
	read_lock(l);
}

static always_inline void read_leave(struct phase_fair *l)
{
	watch_release(l);
	fetch_add_release(&l->readers_out, PHASE_FAIR_READER);	/* [C] */
}

void phase_fair_read_unlock(struct phase_fair *l)
{
	read_leave(l);
	preempt_enable();
}

/* The bits of the writer with this ticket. */
static uint32_t bits_of(uint32_t ticket)
{
	return PHASE_FAIR_PRESENT | (ticket & PHASE_FAIR_PHASE);
}

static always_inline void write_lock(struct phase_fair *l)
{
	uint32_t mine, before;

	preempt_disable();
	watch_acquire(l, WATCH_PHASE_FAIR, 0);
	/* relaxed: drawing only queues us; [A] and [C] let us in */
	mine = fetch_add_relaxed(&l->next, 1);
	while (load_acquire(&l->owner) != mine)		/* [A] */
		watch_relax(l);
	/* relaxed: it stops the later readers; of the earlier ones we wait */
	before = fetch_add_relaxed(&l->readers_in, bits_of(mine));
	while (load_acquire(&l->readers_out) != before)	/* [C] */
		watch_relax(l);
	watch_acquired(l);
}

void phase_fair_write_lock(struct phase_fair *l)
{
	write_lock(l);
}

static always_inline void write_leave(struct phase_fair *l)
{
	/* relaxed: we were called, so nobody else writes owner */
	uint32_t mine = load_relaxed(&l->owner);

	watch_release(l);
	fetch_add_release(&l->readers_in, -bits_of(mine));	/* [B] */
	store_release(&l->owner, mine + 1);		/* [A] */
}

void phase_fair_write_unlock(struct phase_fair *l)
{
	write_leave(l);
	preempt_enable();
}

uint64_t phase_fair_read_lock_irqsave(struct phase_fair *l)
{
	uint64_t was = irq_save();

	read_lock(l);
	return was;
}

void phase_fair_read_unlock_irqrestore(struct phase_fair *l, uint64_t was)
{
	read_leave(l);
	watch_irq_restore(was);
	irq_restore(was);
	preempt_enable();
}

uint64_t phase_fair_write_lock_irqsave(struct phase_fair *l)
{
	uint64_t was = irq_save();

	write_lock(l);
	return was;
}

void phase_fair_write_unlock_irqrestore(struct phase_fair *l, uint64_t was)
{
	write_leave(l);
	watch_irq_restore(was);
	irq_restore(was);
	preempt_enable();
}
