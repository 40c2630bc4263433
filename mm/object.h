/*
 * mm/object.h - what lies around an object, and what it proves.
 *
 *	+------------------+-------+------+------------+-----------+------+
 *	| object, `size`   |  red  | size | alloc_site | free_site | link |
 *	+------------------+-------+------+------------+-----------+------+
 *	0                size    body+8                               slot
 *
 * Guarantees  object_out() is called as an object leaves the allocator,
 *             object_in() as it returns; either panics with the cache's name
 *             and both call sites unless the object is as it must be.
 * Invariant   Used: the 8 bytes at `size` (what was asked for, no alignment)
 *             are RED_USED.  Free: body is POISON throughout and the 8 bytes
 *             behind it are RED_FREE.  Never used: these are RED_FRESH, and
 *             body is anything (poison is laid lazily, at the first free).
 *             POISON is no canonical address: following it faults.
 * Context     Any; the object is the caller's alone.
 * Cost        64 bytes: 8 compares out, 8 stores in.  24 bytes an object.
 * Limits      A write after the free is seen when the object next goes out.
 *             Freeing a pointer into the last object before a hole in RAM may
 *             end in a page fault instead of our panic.
 * See         mm/object.c, docs/02-memory.md
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/cpu.h"
#include "arch/phys.h"
#include "kernel/compiler.h"
#include "mm/frame_map.h"
#include "mm/magazine.h"
#include "sync/watch.h"

#define POISON		0xf4eef4eef4eef4eeULL
#define RED_USED	0x5afe0b1e5afe0b1eULL
#define RED_FREE	0xdead0b1edead0b1eULL
#define RED_FRESH	0xf4e50b1ef4e50b1eULL
#define RED_SIZE	8
#define POISON_GRAIN	32

struct object_tail {
	uint32_t size;		/* what was asked for */
	uint32_t alloc_site;
	uint32_t free_site;
	uint32_t link;		/* in its slab: next free object; see slab.c */
};

#define OBJECT_EXTRA	(RED_SIZE + sizeof(struct object_tail))

never_returns void object_bad_out(const struct cache *c, void *object,
				  uint32_t site);
never_returns void object_bad_in(const struct cache *c, void *object,
				 uint32_t site);

/* object, freed at site, is in no slab, or not at an object's start. */
never_returns void object_bad_pointer(const void *object, uint32_t site);

static always_inline struct object_tail *object_tail(const struct cache *c,
						     void *object)
{
	return (struct object_tail *)((char *)object + c->body + RED_SIZE);
}

/* At any alignment: one move. */
static always_inline uint64_t red_at(const void *object, size_t offset)
{
	uint64_t red;

	__builtin_memcpy(&red, (const char *)object + offset, RED_SIZE);
	return red;
}

static always_inline void red_set(void *object, size_t offset, uint64_t red)
{
	__builtin_memcpy((char *)object + offset, &red, RED_SIZE);
}

/* bytes is a multiple of POISON_GRAIN, and not 0 */
static always_inline bool poison_intact(const uint64_t *w, size_t bytes)
{
	const void *end = (const char *)w + bytes;

	do {
		if (w[0] != POISON || w[1] != POISON ||
		    w[2] != POISON || w[3] != POISON)
			return false;
		w += POISON_GRAIN / 8;
	} while (w != end);
	return true;
}

static always_inline void poison_lay(uint64_t *w, size_t bytes)
{
	const void *end = (const char *)w + bytes;

	do {
		w[0] = POISON;
		w[1] = POISON;
		w[2] = POISON;
		w[3] = POISON;
		w += POISON_GRAIN / 8;
	} while (w != end);
}

static always_inline void object_out(const struct cache *c, void *object,
				     size_t size, uint32_t site)
{
	struct object_tail *tail = object_tail(c, object);
	uint64_t red = red_at(object, c->body);

	if (unlikely(red != RED_FREE)) {
		if (red != RED_FRESH)
			object_bad_out(c, object, site);
	} else if (unlikely(!poison_intact(object, c->body))) {
		object_bad_out(c, object, site);
	}
	tail->size = (uint32_t)size;
	tail->alloc_site = site;
	red_set(object, size, RED_USED);
}

static always_inline void object_in(const struct cache *c, void *object,
				    uint32_t site)
{
	struct object_tail *tail = object_tail(c, object);
	uint32_t body = c->body;

	if (unlikely(tail->size > body ||
		     red_at(object, tail->size) != RED_USED))
		object_bad_in(c, object, site);
	tail->free_site = site;
	poison_lay(object, body);
	red_set(object, body, RED_FREE);
}

/* It was cut from its slab just now. */
static inline void object_fresh(const struct cache *c, void *object)
{
	*object_tail(c, object) = (struct object_tail){ 0 };
	red_set(object, c->body, RED_FRESH);
}

/* The slow half of object_alloc(), with interrupts masked. */
void *object_alloc_slow(struct cache *c, size_t size, uint32_t site,
			uint64_t was) must_check;

static always_inline void *object_alloc(struct cache *c, size_t size,
					uint32_t site)
{
	uint64_t was = irq_save();
	struct magazine_pair *p = magazine_pair(c);
	uint32_t n = load_relaxed(&p->rounds);	/* relaxed: this CPU's own */
	void *object;

	if (unlikely(!n))
		return object_alloc_slow(c, size, site, was);
	store_relaxed(&p->rounds, --n);		/* relaxed: as above */
	object = p->loaded->round[n];
	irq_restore(was);
	object_out(c, object, size, site);
	return object;
}

static always_inline void object_free(struct cache *c, void *object,
				      uint32_t site)
{
	struct magazine_pair *p;
	uint64_t was;
	uint32_t n;

	object_in(c, object, site);
	watch_free(object, c->body, site);
	was = irq_save();
	p = magazine_pair(c);
	n = load_relaxed(&p->rounds);		/* relaxed: this CPU's own */
	if (unlikely(n >= p->capacity)) {
		magazine_free_slow(c, object, was);
		return;
	}
	p->loaded->round[n] = object;
	store_relaxed(&p->rounds, n + 1);	/* relaxed: as above */
	irq_restore(was);
}

/*
 * The cache in whose slabs the address lies, or NULL.  Whether it is the start
 * of an object is left to object_in(): at any other place the size and the
 * RED_USED that it looks for are not there.
 */
static always_inline struct cache *cache_of(const void *p)
{
	uint64_t n = direct_to_phys(p) / PAGE_SIZE;
	uint32_t state;

	if (unlikely(n >= frame_map_top))
		return NULL;
	/* relaxed: the holder of an object got it after this was written */
	state = load_relaxed(&frame_map[n].state);
	if (unlikely(frame_state_kind(state) != FRAME_SLAB))
		return NULL;
	return frame_map[n].cache;
}

/* Slabs are blocks of frames, and these are aligned to their size. */
static inline struct slab *slab_of(const struct cache *c, const void *object)
{
	uint64_t pa = direct_to_phys(object);

	return phys_to_virt(pa & -(PAGE_SIZE << c->order));
}
