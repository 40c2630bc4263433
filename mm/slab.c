/*
 * mm/slab.c - objects cut from blocks of frames.
 *
 * Invariant   A slab is one block of frames, all of them (SLAB, order) with the
 *             cache in their entries, so that any address finds its cache and
 *             slab in O(1).  Its first `carved` slots were taken at least once,
 *             the others never.  carved = taken + length of the list `free`,
 *             linked by slot numbers + 1 in the objects' tails.  A slab is in
 *             partial iff it has something to take; nr_empty of those have
 *             taken == 0, and at most KEEP_EMPTY stay so.
 * Ordering    slab_lock orders slabs and lists; a frame's state and cache are
 *             written before its first object is handed out and after its last
 *             came back, so whoever rightly holds an object may read them.
 * References  Bonwick, The Slab Allocator, USENIX Summer 1994, section 3.  Left
 *             out: colouring (the tails already spread objects over the lines).
 */
#include "mm/slab.h"

#include "arch/phys.h"
#include "kernel/assert.h"
#include "mm/frame_map.h"
#include "mm/object.h"
#include "mm/site.h"

#define KEEP_EMPTY	1
#define SLAB_ORDER_MAX	3
#define SLAB_OBJECTS	8	/* grow the block until it holds so many */

static uint32_t round_up(size_t n, size_t to)
{
	return (uint32_t)((n + to - 1) / to * to);
}

void cache_setup(struct cache *c, const char *name, size_t size, size_t align)
{
	c->name = name;
	c->body = round_up(size, POISON_GRAIN);
	c->slot = round_up(c->body + OBJECT_EXTRA, align);
	c->first = round_up(sizeof(struct slab), align);
	c->order = 0;
	while (c->order < SLAB_ORDER_MAX &&
	       (PAGE_SIZE << c->order) < c->first + SLAB_OBJECTS * c->slot)
		c->order++;
	c->per_slab = (uint32_t)((PAGE_SIZE << c->order) - c->first) / c->slot;
	assert(c->per_slab > 0);
	spin_init(&c->slab_lock);
	spin_init(&c->depot_lock);
	list_init(&c->partial);
	list_init(&c->full);
}

static void *object_at(const struct slab *s, uint32_t i)
{
	return (char *)s + s->cache->first + i * s->cache->slot;
}

static uint32_t slab_number(const struct slab *s)
{
	return (uint32_t)(direct_to_phys(s) / PAGE_SIZE);
}

static void mark_frames(const struct slab *s, enum frame_kind kind)
{
	uint32_t n = slab_number(s);
	unsigned order = s->cache->order;

	for (uint32_t i = 0; i < 1u << order; i++) {
		struct frame *f = frame_at(n + i);

		f->cache = s->cache;
		/* relaxed: see Ordering, the object's holder is ordered */
		store_relaxed(&f->state, FRAME_STATE(kind, order));
	}
}

static struct slab *slab_create(struct cache *c)
{
	uint64_t pa = frame_alloc(c->order);
	struct slab *s = phys_to_virt(pa);

	if (!pa)
		return NULL;
	s->cache = c;
	s->taken = 0;
	s->carved = 0;
	s->free = 0;
	mark_frames(s, FRAME_SLAB);
	return s;
}

static void slab_destroy(struct slab *s)
{
	uint32_t n = slab_number(s);
	unsigned order = s->cache->order;

	/* (NONE, order) for a moment: nothing but a double free would look */
	mark_frames(s, FRAME_NONE);
	/* relaxed: nobody else knows this block */
	store_relaxed(&frame_at(n)->state, FRAME_STATE(FRAME_USED, order));
	frame_free_at(n * PAGE_SIZE, order, call_site());
}

static void *take_locked(struct slab *s)
{
	struct cache *c = s->cache;
	void *object;

	if (s->free) {
		object = object_at(s, s->free - 1);
		s->free = object_tail(c, object)->link;
	} else {
		object = object_at(s, s->carved++);
		object_fresh(c, object);
	}
	c->taken++;
	if (!s->taken++)
		c->nr_empty--;
	if (!s->free && s->carved == c->per_slab) {
		list_remove(&s->node);
		list_push_back(&c->full, &s->node);
	}
	return object;
}

static unsigned take_some(struct cache *c, void **objects, unsigned count)
{
	uint64_t was = spin_lock_irqsave(&c->slab_lock);
	unsigned got = 0;

	while (got < count && !list_empty(&c->partial))
		objects[got++] = take_locked(list_entry(c->partial.next,
							struct slab, node));
	spin_unlock_irqrestore(&c->slab_lock, was);
	return got;
}

static bool grow(struct cache *c)
{
	struct slab *s = slab_create(c);
	uint64_t was;

	if (!s)
		return false;
	was = spin_lock_irqsave(&c->slab_lock);
	list_push_front(&c->partial, &s->node);
	c->nr_slabs++;
	c->nr_empty++;
	spin_unlock_irqrestore(&c->slab_lock, was);
	return true;
}

unsigned slab_take(struct cache *c, void **objects, unsigned count)
{
	unsigned got = take_some(c, objects, count);

	/* ends: others can empty our new slab, but frames are finite */
	while (!got && grow(c))
		got = take_some(c, objects, count);
	return got;
}

static void give_locked(struct cache *c, void *object)
{
	struct slab *s = slab_of(c, object);
	bool was_full = !s->free && s->carved == c->per_slab;
	uint32_t offset = (uint32_t)((char *)object - (char *)s) - c->first;

	object_tail(c, object)->link = s->free;
	s->free = offset / c->slot + 1;
	c->taken--;
	if (!--s->taken)
		c->nr_empty++;
	if (!s->taken) {	/* last: the one to trim, and to use last */
		list_remove(&s->node);
		list_push_back(&c->partial, &s->node);
	} else if (was_full) {
		list_remove(&s->node);
		list_push_front(&c->partial, &s->node);
	}
}

void slab_give(struct cache *c, void *const *objects, unsigned count)
{
	uint64_t was = spin_lock_irqsave(&c->slab_lock);

	bool surplus;

	for (unsigned i = 0; i < count; i++)
		give_locked(c, objects[i]);
	surplus = c->nr_empty > KEEP_EMPTY;
	spin_unlock_irqrestore(&c->slab_lock, was);
	if (surplus)
		slab_trim(c, KEEP_EMPTY);
}

/* An empty slab beyond those to keep, unlinked, or NULL. */
static struct slab *pick_empty(struct cache *c, unsigned keep)
{
	uint64_t was = spin_lock_irqsave(&c->slab_lock);
	struct slab *s = NULL;

	if (c->nr_empty > keep) {
		struct list *pos = c->partial.prev;

		/* ends: nr_empty says that there is one; usually the last */
		do {
			s = list_entry(pos, struct slab, node);
			pos = pos->prev;
		} while (s->taken);
		list_remove(&s->node);
		c->nr_empty--;
		c->nr_slabs--;
	}
	spin_unlock_irqrestore(&c->slab_lock, was);
	return s;
}

bool slab_trim(struct cache *c, unsigned keep)
{
	bool any = false;
	struct slab *s;

	while ((s = pick_empty(c, keep))) {
		slab_destroy(s);
		any = true;
	}
	return any;
}
