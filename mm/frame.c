/*
 * mm/frame.c - frames in and out, and every wrong free caught.
 *
 * Invariant   The life of a block, (kind, order) of its first entry:
 *                 (FREE, *)   -> (USED, o)     buddy_alloc
 *                 (USED, o)   -> (CACHED, o)   frame_free: the one claim
 *                 (CACHED, 0) -> (USED, 0)     frame_cache_get
 *                 (CACHED, *) -> (NONE, 0) -> (FREE, *)    buddy_free
 *             The claim is one compare-and-swap from exactly (USED, order), so
 *             of two frees of one block, in whatever interleaving, only one
 *             succeeds and the other reports.
 * Ordering    A block's contents pass from the one who frees it to the one who
 *             gets it through the lock of a cache or of a zone.
 */
#include "mm/frame.h"

#include "arch/phys.h"
#include "kernel/assert.h"
#include "kernel/panic.h"
#include "kernel/string.h"
#include "mm/buddy.h"
#include "mm/frame_cache.h"
#include "mm/frame_map.h"
#include "mm/site.h"

struct frame *frame_map;
uint32_t frame_map_top;

static bool (*on_shortage)(void);

void frame_on_shortage(bool (*fn)(void))
{
	on_shortage = fn;
}

static uint32_t alloc_once(unsigned order)
{
	return order ? buddy_alloc(ZONE_NORMAL, order) : frame_cache_get();
}

/* Take back what lies in reserve, nearest first, and try again. */
static uint32_t alloc_when_short(unsigned order)
{
	uint32_t n = 0;

	if (frame_caches_drain())
		n = alloc_once(order);
	if (!n && on_shortage && on_shortage()) {
		frame_caches_drain();
		n = alloc_once(order);
	}
	return n;
}

static uint64_t alloc_for(unsigned order, uint32_t site)
{
	uint32_t n;

	assert(order < FRAME_ORDERS);
	n = alloc_once(order);
	if (unlikely(!n))
		n = alloc_when_short(order);
	if (n)
		frame_at(n)->alloc_site = site;
	return n * PAGE_SIZE;
}

uint64_t frame_alloc(unsigned order)
{
	return alloc_for(order, call_site());
}

uint64_t frame_alloc_zeroed(void)
{
	uint64_t pa = alloc_for(0, call_site());

	if (pa)
		memset(phys_to_virt(pa), 0, PAGE_SIZE);
	return pa;
}

uint64_t frame_alloc_low(void)
{
	uint32_t n = buddy_alloc(ZONE_LOW, 0);

	if (n)
		frame_at(n)->alloc_site = call_site();
	return n * PAGE_SIZE;
}

struct frame *frame_block(uint32_t n)
{
	for (unsigned o = 0; o < FRAME_ORDERS; o++) {
		struct frame *f = frame_at(n & ~((1u << o) - 1));
		/* relaxed: a report; the run ends here */
		uint32_t state = load_relaxed(&f->state);

		if (frame_state_kind(state) && frame_state_order(state) >= o)
			return f;
	}
	return NULL;
}

static never_returns void report_bad_free(uint64_t pa, unsigned order,
					  uint32_t site)
{
	struct frame *f = frame_find(pa);
	struct frame *block = NULL;
	uint32_t state = 0;

	if (f && !(pa % PAGE_SIZE))
		block = frame_block((uint32_t)(pa / PAGE_SIZE));
	if (!block)
		panic("frame_free: 0x%lx is not a frame of ours, freed at %pS",
		      pa, site_address(site));
	/* relaxed: a report; the run ends here */
	state = load_relaxed(&block->state);
	if (frame_state_kind(state) <= FRAME_CACHED)
		panic("frame_free: frame 0x%lx freed twice: allocated at %pS, "
		      "freed at %pS, again at %pS", pa,
		      site_address(f->alloc_site), site_address(f->free_site),
		      site_address(site));
	panic("frame_free: 0x%lx freed with order %u at %pS lies in a block of "
	      "order %u in use, allocated at %pS", pa, order,
	      site_address(site), frame_state_order(state),
	      site_address(block->alloc_site));
}

void frame_free_at(uint64_t pa, unsigned order, uint32_t site)
{
	struct frame *f = frame_find(pa);
	uint32_t expected = FRAME_STATE(FRAME_USED, order);
	uint32_t n = (uint32_t)(pa / PAGE_SIZE);

	/* relaxed: it decides which free is the one; locks order the rest */
	if (unlikely(!f || pa % PAGE_SIZE ||
		     !cas_relaxed(&f->state, &expected,
				  FRAME_STATE(FRAME_CACHED, order))))
		report_bad_free(pa, order, site);
	f->free_site = site;
	if (order || n < LOW_FRAMES)
		buddy_free(n, order);
	else
		frame_cache_put(n);
}

void frame_free(uint64_t pa, unsigned order)
{
	frame_free_at(pa, order, call_site());
}

void frame_list_push(struct frame_list *l, uint64_t pa)
{
	struct frame *f = frame_find(pa);

	assert(f);
	f->link = l->first;
	l->first = (uint32_t)(pa / PAGE_SIZE);
}

void frame_list_free(struct frame_list *l)
{
	uint32_t site = call_site();

	while (l->first) {
		uint32_t n = l->first;

		l->first = frame_at(n)->link;
		frame_free_at(n * PAGE_SIZE, 0, site);
	}
}

void frame_statistics(struct frame_stats *out)
{
	*out = (struct frame_stats){
		.cached = frame_caches_count(),
		.map_bytes = frame_map_top * sizeof(struct frame),
	};
	buddy_statistics(out);
}
