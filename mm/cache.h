/*
 * mm/cache.h - struct cache and the layers it consists of, for mm/ only.
 *
 * Guarantees  From the top: kmalloc.c picks a cache by size; magazine.c keeps
 *             each CPU's own few objects; slab.c cuts objects from frames;
 *             object.h checks each object as it passes out and in.
 *             slab_take() moves up to count objects out, growing by one slab
 *             when there are none; 0: no memory.  slab_give() takes them back.
 *             Neither looks at the objects' contents.
 * Context     Thread or interrupt, not NMI.
 * Cost        magazine_*: no lock in the common case; slab_*: one lock.
 * See         mm/slab.h, the public face
 */
#pragma once

#include "kernel/list.h"
#include "mm/slab.h"
#include "sync/spinlock.h"

struct magazine;

struct cache {
	/* fixed by cache_create() */
	const char *name;
	uint64_t pair;		/* offset into each CPU's magazine pairs */
	uint32_t body;		/* the object's bytes, a multiple of 32 */
	uint32_t slot;		/* from one object to the next */
	uint32_t first;		/* from the slab's start to its first object */
	uint32_t per_slab;
	uint32_t order;		/* of a slab's block of frames */

	struct spinlock slab_lock;	/* protects this group and all slabs */
	struct list partial;	/* slabs with something to take */
	struct list full;	/* slabs with nothing */
	uint32_t nr_slabs;
	uint32_t nr_empty;	/* of partial: nothing taken from them */
	uint64_t taken;		/* objects that are not in slabs */

	struct spinlock depot_lock;	/* protects this group */
	struct magazine *depot_full;
	struct magazine *depot_empty;
	uint32_t nr_depot_full;
};

/* At the start of the slab's frames. */
struct slab {
	struct cache *cache;	/* fixed while the slab lives */
	struct list node;	/* in partial or full */
	uint32_t taken;		/* objects not here */
	uint32_t carved;	/* objects that were ever taken */
	uint32_t free;		/* first of the list of given back; 0: none */
};

unsigned slab_take(struct cache *c, void **objects, unsigned count) must_check;
void slab_give(struct cache *c, void *const *objects, unsigned count);

/* Free slabs that nothing was taken from, but keep this many; any? */
bool slab_trim(struct cache *c, unsigned keep);

/* kzalloc() and kfree() on behalf of who stands at site. */
void *kzalloc_at(size_t size, uint32_t site) must_check;
void kfree_at(void *object, uint32_t site);

/* The cache's geometry from size and align; the lists empty. */
void cache_setup(struct cache *c, const char *name, size_t size, size_t align);
