/*
 * mm/kmalloc.c - the heap by size: a cache for each class, above that frames.
 *
 * Invariant   by_size[(size + 31) / 32] is the cache of the smallest class that
 *             holds size.  Every class that is a multiple of a cache line
 *             is aligned to one, and every multiple of a line up to CLASS_MAX
 *             falls into such a class.
 *             Above CLASS_MAX an object is a block of frames in state
 *             (LARGE, order), its size in the block's last bytes and RED_USED
 *             behind its own last byte.  (USED, o) -> (LARGE, o) -> (USED, o):
 *             the second is one compare-and-swap, so of two frees of one block
 *             only one succeeds.
 * References  Bonwick 1994 (see slab.c); Bonwick and Adams 2001 (magazine.c).
 */
#include "arch/phys.h"
#include "kernel/assert.h"
#include "kernel/panic.h"
#include "kernel/string.h"
#include "mm/frame_map.h"
#include "mm/object.h"
#include "mm/site.h"

#define CLASS_MAX	4096
#define GRAIN		32

static const struct class {
	const char *name;
	uint32_t size;
} classes[] = {
	{ "kmalloc-32", 32 },		{ "kmalloc-64", 64 },
	{ "kmalloc-96", 96 },		{ "kmalloc-128", 128 },
	{ "kmalloc-192", 192 },		{ "kmalloc-256", 256 },
	{ "kmalloc-384", 384 },		{ "kmalloc-512", 512 },
	{ "kmalloc-768", 768 },		{ "kmalloc-1024", 1024 },
	{ "kmalloc-1536", 1536 },	{ "kmalloc-2048", 2048 },
	{ "kmalloc-3072", 3072 },	{ "kmalloc-4096", CLASS_MAX },
};

static struct cache *by_size[CLASS_MAX / GRAIN + 1];

void slab_init(void)
{
	unsigned at = 0;

	magazines_init();
	for (unsigned i = 0; i < ARRAY_LEN(classes); i++) {
		uint32_t size = classes[i].size;
		size_t align = size % CACHE_LINE ? 0 : CACHE_LINE;
		struct cache *c = cache_create(classes[i].name, size, align);

		assert(c);
		while (at * GRAIN <= size)
			by_size[at++] = c;
	}
	frame_on_shortage(slab_reap);
}

static size_t block_size(unsigned order)
{
	return PAGE_SIZE << order;
}

static struct object_tail *large_tail(void *object, unsigned order)
{
	return (struct object_tail *)((char *)object + block_size(order)) - 1;
}

static never_inline void *alloc_large(size_t size, uint32_t site)
{
	unsigned order = 0;
	struct frame *f;
	uint64_t pa;

	if (size > KMALLOC_MAX)
		return NULL;
	while (block_size(order) < size + OBJECT_EXTRA)
		order++;
	pa = frame_alloc(order);
	f = frame_find(pa);
	if (!pa)
		return NULL;
	f->alloc_site = site;
	/* relaxed: whoever frees it has the pointer from us */
	store_relaxed(&f->state, FRAME_STATE(FRAME_LARGE, order));
	large_tail(phys_to_virt(pa), order)->size = (uint32_t)size;
	red_set(phys_to_virt(pa), size, RED_USED);
	return phys_to_virt(pa);
}

static never_inline void free_large(void *object, uint32_t site)
{
	uint64_t pa = direct_to_phys(object);
	struct frame *f = frame_find(pa);
	/* relaxed: the owner of the object wrote it, or we report */
	uint32_t state = f ? load_relaxed(&f->state) : 0;
	unsigned order = frame_state_order(state);
	struct object_tail *tail;

	/* relaxed: it decides which free is the one; locks order the rest */
	if (frame_state_kind(state) != FRAME_LARGE || pa % PAGE_SIZE ||
	    !cas_relaxed(&f->state, &state, FRAME_STATE(FRAME_USED, order)))
		object_bad_pointer(object, site);
	tail = large_tail(object, order);
	if (tail->size > block_size(order) - OBJECT_EXTRA ||
	    red_at(object, tail->size) != RED_USED)
		panic("kmalloc: object %p of %u bytes written past its end: "
		      "allocated at %pS, freed at %pS", object, tail->size,
		      site_address(f->alloc_site), site_address(site));
	watch_free(object, tail->size, site);
	frame_free_at(pa, order, site);
}

static always_inline void *alloc_at(size_t size, uint32_t site)
{
	if (unlikely(size > CLASS_MAX))
		return alloc_large(size, site);
	return object_alloc(by_size[(size + GRAIN - 1) / GRAIN], size, site);
}

void *kmalloc(size_t size)
{
	return alloc_at(size, call_site());
}

void *kzalloc_at(size_t size, uint32_t site)
{
	void *object = alloc_at(size, site);

	if (object)
		memset(object, 0, size);
	return object;
}

void *kzalloc(size_t size)
{
	return kzalloc_at(size, call_site());
}

static always_inline void free_at(void *object, uint32_t site)
{
	struct cache *c;

	if (!object)
		return;
	c = cache_of(object);
	if (unlikely(!c)) {
		free_large(object, site);
		return;
	}
	object_free(c, object, site);
}

void kfree_at(void *object, uint32_t site)
{
	free_at(object, site);
}

void kfree(void *object)
{
	free_at(object, call_site());
}
