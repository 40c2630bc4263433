/*
 * mm/vmap_range.c - free and used address ranges.
 *
 * Invariant   The ranges, linked by rising address, tile [ARENA_START,
 *             VMAP_END) without gap or overlap.  No two neighbours are both
 *             free.  A free range of 2^o .. 2^(o+1)-1 pages is in free[o], a
 *             used one in its bucket.  A used range includes one page that its
 *             owner does not know of: the guard behind it.
 *             When two free ranges merge, the higher node survives, so `last`,
 *             which is no heap object, is always the highest range.
 * Ordering    The lock orders everything.
 * References  Bonwick and Adams, Magazines and Vmem, USENIX 2001, section 4.4
 *             (instant fit, boundary tags); no quantum caches: stacks have
 *             their own (mm/stack.c), and nothing else is frequent.
 */
#include "mm/vmap_range.h"

#include "kernel/config.h"
#include "kernel/list.h"
#include "mm/layout.h"
#include "mm/slab.h"
#include "mm/vmap.h"
#include "sync/spinlock.h"

#define SIZES		25	/* 64 GB are 2^24 pages */
#define BUCKETS		64

struct range {
	struct range *below, *above;	/* neighbours by address */
	struct range *next, **link;	/* free[] or bucket[]: *link == this */
	uintptr_t start;
	size_t pages;
	bool used;
};

static struct spinlock lock;		/* protects all of this */
static struct range last;
static struct range *free[SIZES];
static struct range *bucket[BUCKETS];
static struct vmap_stats stats;

static unsigned size_class(size_t pages)
{
	return 63 - (unsigned)__builtin_clzll(pages);
}

static struct range **home(const struct range *r)
{
	if (r->used)
		return &bucket[r->start / PAGE_SIZE % BUCKETS];
	return &free[size_class(r->pages)];
}

static void enter(struct range *r)
{
	struct range **head = home(r);

	r->next = *head;
	r->link = head;
	if (r->next)
		r->next->link = &r->next;
	*head = r;
	stats.free_ranges += !r->used;
}

static void leave(struct range *r)
{
	*r->link = r->next;
	if (r->next)
		r->next->link = r->link;
	stats.free_ranges -= !r->used;
}

/* A free range of at least so many pages, or NULL. */
static struct range *find_free(size_t pages)
{
	unsigned o = size_class(pages);
	struct range *r;

	/* any range of the classes above fits, of its own class some may */
	for (unsigned i = o + 1; i < SIZES; i++)
		if (free[i])
			return free[i];
	for (r = o < SIZES ? free[o] : NULL; r && r->pages < pages; r = r->next)
		;
	return r;
}

static void start_locked(void)
{
	if (last.pages)
		return;
	last.start = ARENA_START;
	last.pages = (VMAP_END - ARENA_START) / PAGE_SIZE;
	enter(&last);
}

/* The first pages of r become `front`; r keeps the rest. */
static void split(struct range *r, struct range *front, size_t pages)
{
	*front = (struct range){ .below = r->below, .above = r,
				 .start = r->start, .pages = pages };
	if (front->below)
		front->below->above = front;
	r->below = front;
	r->start += pages * PAGE_SIZE;
	r->pages -= pages;
}

/* *spare becomes NULL when it was used. */
static uintptr_t alloc_locked(size_t pages, struct range **spare)
{
	struct range *r;

	start_locked();
	r = find_free(pages);
	if (!r)
		return 0;
	leave(r);
	if (r->pages > pages) {
		split(r, *spare, pages);
		enter(r);
		r = *spare;
		*spare = NULL;
	}
	r->used = true;
	enter(r);
	stats.ranges++;
	stats.pages += pages - 1;
	return r->start;
}

uintptr_t range_alloc(size_t pages)
{
	struct range *spare;
	uintptr_t va;
	uint64_t was;

	if (!pages || pages >= 1UL << (SIZES - 1))
		return 0;
	spare = kmalloc(sizeof(*spare));
	if (!spare)
		return 0;
	was = spin_lock_irqsave(&lock);
	va = alloc_locked(pages + 1, &spare);
	spin_unlock_irqrestore(&lock, was);
	kfree(spare);
	return va;
}

static struct range *find_used(uintptr_t va)
{
	struct range *r = bucket[va / PAGE_SIZE % BUCKETS];

	while (r && r->start != va)
		r = r->next;
	return r;
}

size_t range_pages(uintptr_t va)
{
	uint64_t was = spin_lock_irqsave(&lock);
	struct range *r = find_used(va);
	size_t pages = r ? r->pages - 1 : 0;

	spin_unlock_irqrestore(&lock, was);
	return pages;
}

/* r takes in the free range below it, which is then no longer a node. */
static struct range *absorb_below(struct range *r)
{
	struct range *gone = r->below;

	leave(gone);
	r->start = gone->start;
	r->pages += gone->pages;
	r->below = gone->below;
	if (r->below)
		r->below->above = r;
	return gone;
}

bool range_free(uintptr_t va)
{
	struct range *gone[2] = { NULL, NULL };
	uint64_t was = spin_lock_irqsave(&lock);
	struct range *r = find_used(va);
	bool found = r;

	if (found) {
		leave(r);
		stats.ranges--;
		stats.pages -= r->pages - 1;
		r->used = false;
		if (r->below && !r->below->used)
			gone[0] = absorb_below(r);
		enter(r);
		if (r->above && !r->above->used) {
			struct range *above = r->above;

			leave(above);
			gone[1] = absorb_below(above);
			enter(above);
		}
	}
	spin_unlock_irqrestore(&lock, was);
	kfree(gone[0]);
	kfree(gone[1]);
	return found;
}

void range_statistics(struct vmap_stats *out)
{
	uint64_t was = spin_lock_irqsave(&lock);

	start_locked();
	*out = stats;
	spin_unlock_irqrestore(&lock, was);
}
