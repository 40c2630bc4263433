/*
 * sync/seqlock.c - the number is odd while it changes.
 *
 * Invariant   sequence is even and stands while the data stands; the writer
 *             makes it odd before its first store and even, by two more, after
 *             its last.  A reader that began at an even number and still finds
 *             it has read nothing of a writer that came meanwhile.
 * Ordering    [A] write_end's store of the even number -> read_begin's load:
 *             the reader sees all that this writer, and those before, wrote.
 *             [B] write_begin's odd number, fence, data -> data, fence,
 *             read_retry's load: if any load of the data took the value of a
 *             store after the writer's fence, then the load after the reader's
 *             fence finds at least the odd number, and the reader goes round.
 *             The two are not an acquire load and a release store: an acquire
 *             would keep what follows the last load, not what precedes it; and
 *             a release keeps what precedes the odd number, not what follows.
 *             The data itself is relaxed: its order is that of the fences.
 * References  Boehm, Can seqlocks get along with programming language memory
 *             models?, MSPC 2012, figure 6; Hemminger, Fast reader/writer lock
 *             for gettimeofday, Linux 2.5.60 (frlock), 2003.
 */
#include "sync/seqlock.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "sync/preempt.h"
#include "sync/watch.h"

/* private memory, whatever its type */
typedef uint64_t __attribute__((may_alias)) private_word;

uint32_t seq_read_begin(const struct seqcount *c)
{
	uint32_t start;

	watch_acquire(c, WATCH_SEQ, WATCH_READ);
	while ((start = load_acquire(&c->sequence)) & 1)	/* [A] */
		watch_relax(c);
	watch_gave_up(c);	/* a reader holds nothing */
	return start;
}

bool seq_read_retry(const struct seqcount *c, uint32_t start)
{
	fence_acquire();				/* [B] */
	/* relaxed: the fence orders it behind the data */
	return load_relaxed(&c->sequence) != start;
}

static always_inline void make_odd(struct seqcount *c)
{
	/* relaxed: writers exclude each other, so nobody else writes it */
	uint32_t now = load_relaxed(&c->sequence);

	assert(!(now & 1));
	store_relaxed(&c->sequence, now + 1);	/* relaxed: then the fence */
	fence_release();				/* [B] */
	watch_tried(c, WATCH_SEQ, 0);
}

static always_inline void make_even(struct seqcount *c)
{
	/* relaxed: as in make_odd() */
	uint32_t now = load_relaxed(&c->sequence);

	assert(now & 1);
	watch_release(c);
	store_release(&c->sequence, now + 1);		/* [A] */
}

void seq_write_begin(struct seqcount *c)
{
	preempt_disable();
	make_odd(c);
}

void seq_write_end(struct seqcount *c)
{
	make_even(c);
	preempt_enable();
}

void seqlock_init(struct seqlock *l)
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->count.sequence, 0);
	spin_init(&l->writers);
	watch_init(&l->count, WATCH_SEQ);
	watch_init(&l->writers, WATCH_SPIN);
}

void seqlock_write_lock(struct seqlock *l)
{
	spin_lock(&l->writers);
	make_odd(&l->count);
}

void seqlock_write_unlock(struct seqlock *l)
{
	make_even(&l->count);
	spin_unlock(&l->writers);
}

uint64_t seqlock_write_lock_irqsave(struct seqlock *l)
{
	uint64_t was = spin_lock_irqsave(&l->writers);

	make_odd(&l->count);
	return was;
}

void seqlock_write_unlock_irqrestore(struct seqlock *l, uint64_t was)
{
	make_even(&l->count);
	spin_unlock_irqrestore(&l->writers, was);
}

void seq_copy_out(void *to, const struct atomic64 *from, size_t words)
{
	private_word *mine = to;

	for (size_t i = 0; i < words; i++)
		mine[i] = load_relaxed(&from[i]);	/* relaxed: see [B] */
}

void seq_copy_in(struct atomic64 *to, const void *from, size_t words)
{
	const private_word *mine = from;

	for (size_t i = 0; i < words; i++)
		store_relaxed(&to[i], mine[i]);	/* relaxed: see [B] and [A] */
}
