/*
 * mm/cache.c - the table of caches.
 *
 * Invariant   caches[0 .. nr_caches-1] are set up and stay so; there is no
 *             taking down.
 * Ordering    [A] cache_create() -> cache_statistics(), slab_reap(): a cache
 *             that is counted is set up.
 */
#include "mm/cache.h"

#include "kernel/assert.h"
#include "kernel/panic.h"
#include "mm/object.h"
#include "mm/site.h"

#define ALIGN_MIN	16

static struct cache caches[CACHES_MAX];
static struct atomic32 nr_caches;	/* grows under create_lock */
static struct spinlock create_lock;

struct cache *cache_create(const char *name, size_t size, size_t align)
{
	struct cache *c = NULL;
	uint64_t was;
	uint32_t n;

	align = align < ALIGN_MIN ? ALIGN_MIN : align;
	assert(size && size <= PAGE_SIZE);
	assert(!(align & (align - 1)) && align <= PAGE_SIZE);
	was = spin_lock_irqsave(&create_lock);
	n = load_relaxed(&nr_caches);	/* relaxed: changes under our lock */
	if (n < CACHES_MAX) {
		c = &caches[n];
		cache_setup(c, name, size, align);
		c->pair = n * sizeof(struct magazine_pair);
		store_release(&nr_caches, n + 1);	/* [A] */
	}
	spin_unlock_irqrestore(&create_lock, was);
	return c;
}

void *cache_alloc(struct cache *c)
{
	return object_alloc(c, c->body, call_site());
}

void cache_free(struct cache *c, void *object)
{
	uint32_t site = call_site();
	struct cache *owner = cache_of(object);

	if (unlikely(!owner))
		object_bad_pointer(object, site);
	if (unlikely(owner != c))
		panic("slab %s: object %p freed at %pS belongs to slab %s, "
		      "allocated at %pS", c->name, object, site_address(site),
		      owner->name,
		      site_address(object_tail(owner, object)->alloc_site));
	object_free(c, object, site);
}

bool slab_reap(void)
{
	uint32_t n = load_acquire(&nr_caches);		/* [A] */
	bool any = false;

	for (uint32_t i = 0; i < n; i++)
		any |= magazine_reap(&caches[i]);
	return any;
}

void slab_drain_cpu(void)
{
	uint32_t n = load_acquire(&nr_caches);		/* [A] */

	for (uint32_t i = 0; i < n; i++)
		magazine_drain(&caches[i]);
}

bool cache_statistics(unsigned i, struct cache_stats *out)
{
	struct cache *c = &caches[i];
	uint64_t was;

	if (i >= load_acquire(&nr_caches))		/* [A] */
		return false;
	was = spin_lock_irqsave(&c->slab_lock);
	*out = (struct cache_stats){
		.name = c->name,
		.size = c->body,
		.slot = c->slot,
		.slabs = c->nr_slabs,
		.frames = (uint64_t)c->nr_slabs << c->order,
		.objects = (uint64_t)c->nr_slabs * c->per_slab,
	};
	out->live = c->taken - magazine_held(c);
	spin_unlock_irqrestore(&c->slab_lock, was);
	return true;
}
