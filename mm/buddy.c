/*
 * mm/buddy.c - free blocks of 2^order frames, split and merged by halves.
 *
 * Invariant   Every frame of a free block is in exactly that block; the block's
 *             first entry is (FREE, order) and is linked in head[order] of its
 *             zone, all others of its entries are (NONE, 0).  If two buddies
 *             are both free with one order they are merged, unless that order
 *             is the largest.  Only the holder of the zone's lock makes a state
 *             FREE or ends its being FREE; so under that lock "my buddy is
 *             (FREE, order)" is stable, whatever other CPUs do to theirs.
 *             No block crosses from one zone into the other, and none has its
 *             buddy there: the low zone is one aligned block, and it is never
 *             free as a whole, because frame 0 is never free.
 * Ordering    The zone's lock orders everything here; the states are atomic
 *             words only because frame_free() claims one without the lock.
 * References  Knowlton, CACM 8(10), 1965; Knuth, TAOCP vol. 1, 2.5.
 */
#include "mm/buddy.h"

#include "kernel/assert.h"
#include "mm/frame_map.h"
#include "sync/spinlock.h"

struct zone {
	struct spinlock lock;		/* protects all of this */
	uint32_t head[FRAME_ORDERS];	/* 0: empty */
	uint64_t blocks[FRAME_ORDERS];
	uint64_t managed;		/* frames */
};

static struct zone zones[ZONES];

static struct zone *zone_of(uint32_t n)
{
	return &zones[n < LOW_FRAMES ? ZONE_LOW : ZONE_NORMAL];
}

static void block_link(struct zone *z, uint32_t n, unsigned order)
{
	struct frame *f = frame_at(n);

	f->prev = 0;
	f->next = z->head[order];
	if (f->next)
		frame_at(f->next)->prev = n;
	z->head[order] = n;
	z->blocks[order]++;
	/* relaxed: the zone's lock orders it */
	store_relaxed(&f->state, FRAME_STATE(FRAME_FREE, order));
}

static void block_unlink(struct zone *z, uint32_t n, unsigned order)
{
	struct frame *f = frame_at(n);

	if (f->prev)
		frame_at(f->prev)->next = f->next;
	else
		z->head[order] = f->next;
	if (f->next)
		frame_at(f->next)->prev = f->prev;
	z->blocks[order]--;
	/* relaxed: the zone's lock orders it */
	store_relaxed(&f->state, FRAME_STATE(FRAME_NONE, 0));
}

static uint32_t alloc_locked(struct zone *z, unsigned order)
{
	unsigned from = order;
	uint32_t n;

	while (from < FRAME_ORDERS && !z->head[from])
		from++;
	if (from == FRAME_ORDERS)
		return 0;
	n = z->head[from];
	block_unlink(z, n, from);
	while (from > order) {
		from--;
		block_link(z, n + (1u << from), from);
	}
	/* relaxed: the zone's lock orders it */
	store_relaxed(&frame_at(n)->state, FRAME_STATE(FRAME_USED, order));
	return n;
}

/* The buddy can be merged: it exists, is free and just as large. */
static bool buddy_is_free(uint32_t buddy, unsigned order)
{
	if (buddy >= frame_map_top)
		return false;
	/* relaxed: FREE comes and goes under the lock that we hold */
	return load_relaxed(&frame_at(buddy)->state)
		== FRAME_STATE(FRAME_FREE, order);
}

static void free_locked(struct zone *z, uint32_t n, unsigned order)
{
	/* relaxed: the zone's lock orders it */
	store_relaxed(&frame_at(n)->state, FRAME_STATE(FRAME_NONE, 0));
	for (; order < FRAME_ORDERS - 1; order++) {
		uint32_t buddy = n ^ (1u << order);

		if (!buddy_is_free(buddy, order))
			break;
		block_unlink(z, buddy, order);
		n &= buddy;
	}
	block_link(z, n, order);
}

uint32_t buddy_alloc(enum buddy_zone zone, unsigned order)
{
	struct zone *z = &zones[zone];
	uint64_t was = spin_lock_irqsave(&z->lock);
	uint32_t n = alloc_locked(z, order);

	spin_unlock_irqrestore(&z->lock, was);
	return n;
}

void buddy_free(uint32_t n, unsigned order)
{
	struct zone *z = zone_of(n);
	uint64_t was = spin_lock_irqsave(&z->lock);

	free_locked(z, n, order);
	spin_unlock_irqrestore(&z->lock, was);
}

unsigned buddy_alloc_some(uint32_t *frames, unsigned count)
{
	struct zone *z = &zones[ZONE_NORMAL];
	uint64_t was = spin_lock_irqsave(&z->lock);
	unsigned got = 0;

	while (got < count && (frames[got] = alloc_locked(z, 0)))
		got++;
	spin_unlock_irqrestore(&z->lock, was);
	return got;
}

void buddy_free_some(const uint32_t *frames, unsigned count)
{
	struct zone *z = &zones[ZONE_NORMAL];
	uint64_t was = spin_lock_irqsave(&z->lock);

	for (unsigned i = 0; i < count; i++) {
		assert(zone_of(frames[i]) == z);
		free_locked(z, frames[i], 0);
	}
	spin_unlock_irqrestore(&z->lock, was);
}

void buddy_add(uint32_t n, unsigned order)
{
	struct zone *z = zone_of(n);
	uint64_t was = spin_lock_irqsave(&z->lock);

	z->managed += 1u << order;
	free_locked(z, n, order);
	spin_unlock_irqrestore(&z->lock, was);
}

static void zone_statistics(struct zone *z, uint64_t *blocks, uint64_t *free,
			    uint64_t *managed)
{
	uint64_t was = spin_lock_irqsave(&z->lock);

	*managed += z->managed;
	for (unsigned o = 0; o < FRAME_ORDERS; o++) {
		*free += z->blocks[o] << o;
		blocks[o] += z->blocks[o];
	}
	spin_unlock_irqrestore(&z->lock, was);
}

void buddy_statistics(struct frame_stats *out)
{
	zone_statistics(&zones[ZONE_LOW], out->blocks, &out->low_free,
			&out->managed);
	zone_statistics(&zones[ZONE_NORMAL], out->blocks, &out->free,
			&out->managed);
}
