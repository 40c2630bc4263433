/*
 * mm/object.c - say what was done to an object, and by whom.
 *
 * Invariant   The reports are reached when object_out() or object_in() found
 *             something broken, so nothing can be trusted but the cache itself:
 *             every offset is bounded by the cache's own geometry.  A body is a
 *             multiple of 8, so a pattern's bytes stand at the same places
 *             modulo 8 in front of it and behind.
 */
#include "mm/object.h"

#include "kernel/panic.h"
#include "mm/site.h"

void *object_alloc_slow(struct cache *c, size_t size, uint32_t site,
			uint64_t was)
{
	void *object = magazine_alloc_slow(c, was);

	if (object)
		object_out(c, object, size, site);
	return object;
}

/* The first byte of [from, to) that differs from the repeated pattern. */
static unsigned first_change(const void *object, unsigned from, unsigned to,
			     uint64_t pattern)
{
	const unsigned char *byte = object;
	const unsigned char *want = (const unsigned char *)&pattern;

	while (from < to && byte[from] == want[from % 8])
		from++;
	return from;
}

void object_bad_out(const struct cache *c, void *object, uint32_t site)
{
	struct object_tail *tail = object_tail(c, object);
	unsigned at = first_change(object, 0, c->body, POISON);

	if (red_at(object, c->body) == RED_USED)
		panic("slab %s: object %p freed twice at once: allocated at "
		      "%pS, freed at %pS, handed out again at %pS", c->name,
		      object, site_address(tail->alloc_site),
		      site_address(tail->free_site), site_address(site));
	panic("slab %s: object %p written after free at offset %u: allocated "
	      "at %pS, freed at %pS, found by allocation at %pS", c->name,
	      object, at, site_address(tail->alloc_site),
	      site_address(tail->free_site), site_address(site));
}

/* Where the object begins whose slot the address lies in; slab head: NULL. */
static void *object_start(const struct cache *c, const void *p)
{
	char *slab = (char *)slab_of(c, p);
	size_t offset = (size_t)((const char *)p - slab);

	if (offset < c->first)
		return NULL;
	return slab + c->first + (offset - c->first) / c->slot * c->slot;
}

static never_returns void bad_pointer_in_slab(const struct cache *c,
					      const void *p, uint32_t site)
{
	void *object = object_start(c, p);

	if (!object)
		panic("slab %s: %p, freed at %pS, lies in a slab's head",
		      c->name, p, site_address(site));
	panic("slab %s: %p, freed at %pS, lies inside object %p, allocated at "
	      "%pS, freed at %pS", c->name, p, site_address(site), object,
	      site_address(object_tail(c, object)->alloc_site),
	      site_address(object_tail(c, object)->free_site));
}

void object_bad_pointer(const void *object, uint32_t site)
{
	uint64_t pa = direct_to_phys(object);
	struct cache *c = cache_of(object);
	struct frame *f = frame_find(pa);
	struct frame *block = NULL;

	if (c)
		bad_pointer_in_slab(c, object, site);
	if (f)
		block = frame_block((uint32_t)(pa / PAGE_SIZE));
	if (!block)
		panic("kfree: %p, freed at %pS, is in no memory that was ever "
		      "handed out", object, site_address(site));
	/* relaxed: a report; the run ends here */
	if (frame_state_kind(load_relaxed(&block->state)) <= FRAME_CACHED)
		panic("kmalloc: object %p freed twice: allocated at %pS, freed "
		      "at %pS, again at %pS", object,
		      site_address(f->alloc_site), site_address(f->free_site),
		      site_address(site));
	panic("kfree: %p, freed at %pS, is no object: it lies in frames "
	      "allocated at %pS", object, site_address(site),
	      site_address(block->alloc_site));
}

/* The slot was in use at some time, or lies in a magazine. */
static bool was_carved(const struct cache *c, const void *object)
{
	const struct slab *s = slab_of(c, object);
	size_t offset = (size_t)((const char *)object - (const char *)s);

	return (offset - c->first) / c->slot < s->carved;
}

/*
 * The RED_SIZE bytes at `from` are those of a free object: POISON up to body,
 * RED_FREE behind.  (The bytes at body alone would not tell: in a used object
 * that is smaller than body they are as they were before.)
 */
static bool looks_free(const struct cache *c, const void *object, unsigned from)
{
	unsigned to = from + RED_SIZE;
	unsigned at;

	if (from > c->body)
		return false;
	if (to <= c->body)
		return first_change(object, from, to, POISON) == to;
	at = first_change(object, from, c->body, POISON);
	return at == c->body &&
	       first_change(object, at, to, RED_FREE) == to;
}

void object_bad_in(const struct cache *c, void *object, uint32_t site)
{
	struct object_tail *tail = object_tail(c, object);

	if (object_start(c, object) != object)
		object_bad_pointer(object, site);
	if (!was_carved(c, object) || !tail->alloc_site)
		panic("slab %s: object %p, freed at %pS, was never handed out",
		      c->name, object, site_address(site));
	if (looks_free(c, object, tail->size))
		panic("slab %s: object %p freed twice: allocated at %pS, "
		      "freed at %pS, again at %pS", c->name, object,
		      site_address(tail->alloc_site),
		      site_address(tail->free_site), site_address(site));
	panic("slab %s: object %p of %u bytes written past its end: allocated "
	      "at %pS, freed at %pS", c->name, object, tail->size,
	      site_address(tail->alloc_site), site_address(site));
}
