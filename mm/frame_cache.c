/*
 * mm/frame_cache.c - order-0 frames without a shared cache line.
 *
 * Invariant   frame[0 .. count-1] are in state (CACHED, 0) and nowhere else.
 *             The cache works on its own CPU with interrupts masked; its lock
 *             is there for the one foreign visitor, frame_caches_drain(), and
 *             so is uncontended until memory is short.
 *             Locks: a cache's, then the zone's; never two caches'.
 * Ordering    The locks order everything.
 * References  Bonwick and Adams, Magazines and Vmem, USENIX 2001, section 3,
 *             for the idea; one array suffices where a refill is a batch.
 */
#include "mm/frame_cache.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "mm/buddy.h"
#include "mm/frame_map.h"
#include "sync/spinlock.h"

#define CACHE_FRAMES	32
#define BATCH		16	/* moved at once when empty or full */

struct frame_cache {
	struct spinlock lock;	/* protects all of this */
	uint32_t count;
	uint32_t frame[CACHE_FRAMES];
};

static PERCPU(struct frame_cache, frame_caches);

static void mark(uint32_t n, enum frame_kind kind)
{
	/* relaxed: the frame is ours alone; whoever gets it next gets it
	 * through our lock */
	store_relaxed(&frame_at(n)->state, FRAME_STATE(kind, 0));
}

static void refill_locked(struct frame_cache *c)
{
	c->count = buddy_alloc_some(c->frame, BATCH);
	for (unsigned i = 0; i < c->count; i++)
		mark(c->frame[i], FRAME_CACHED);
}

uint32_t frame_cache_get(void)
{
	uint64_t was = irq_save();
	struct frame_cache *c = this_cpu_ptr(&frame_caches);
	uint32_t n = 0;

	spin_lock_raw(&c->lock);
	if (!c->count)
		refill_locked(c);
	if (c->count) {
		n = c->frame[--c->count];
		mark(n, FRAME_USED);
	}
	spin_unlock_raw(&c->lock);
	irq_restore(was);
	return n;
}

void frame_cache_put(uint32_t n)
{
	uint64_t was = irq_save();
	struct frame_cache *c = this_cpu_ptr(&frame_caches);

	spin_lock_raw(&c->lock);
	if (c->count == CACHE_FRAMES) {
		c->count -= BATCH;
		buddy_free_some(c->frame + c->count, BATCH);
	}
	c->frame[c->count++] = n;
	spin_unlock_raw(&c->lock);
	irq_restore(was);
}

bool frame_caches_drain(void)
{
	bool any = false;

	cpumask_for_each(cpu, &cpus_possible) {
		struct frame_cache *c = per_cpu_ptr(&frame_caches, cpu);
		uint64_t was = spin_lock_irqsave(&c->lock);

		any |= c->count != 0;
		buddy_free_some(c->frame, c->count);
		c->count = 0;
		spin_unlock_irqrestore(&c->lock, was);
	}
	return any;
}

uint64_t frame_caches_count(void)
{
	uint64_t count = 0;

	cpumask_for_each(cpu, &cpus_possible) {
		struct frame_cache *c = per_cpu_ptr(&frame_caches, cpu);
		uint64_t was = spin_lock_irqsave(&c->lock);

		count += c->count;
		spin_unlock_irqrestore(&c->lock, was);
	}
	return count;
}
