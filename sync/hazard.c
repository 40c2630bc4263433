/*
 * sync/hazard.c - publish, look again; retire, look at what is published.
 *
 * Invariant   all only grows, at its front; a struct hazard is never freed
 *             while the domain is in use, so a scan may walk it with no care.
 *             Retired objects are in the list of one participant.  A scan
 *             hashes them by their address into its buckets, walks all slots
 *             once and takes out of the buckets what it meets, and all that is
 *             left can go.  So it needs no memory of its own, and no sorting.
 *             A scan frees all but those in slots, which are at most
 *             HAZARD_SLOTS * count; at twice as many retired it is run again,
 *             so each frees at least half, and a retire costs O(1) on average.
 *             retired + room <= hazard_limit(): count only grows.
 * Ordering    [A] fence_seq_cst between publishing and looking again, in
 *             sync/hazard.h -> fence_seq_cst between unlinking (before retire)
 *             and reading the slots.  Either the scan sees the slot, or the
 *             second look sees that the object was unlinked.  After
 *             hazard_announce() it is the caller's swap that the scan comes
 *             after: [B] of sync/msqueue.c.
 *             [B] the owner's store of a slot, sync/hazard.h -> the scan's
 *             load: what the owner read, it read before the object is freed.
 *             [C] the store of all, and of taken = 0 -> who walks, who takes.
 * References  Michael, Hazard pointers: safe memory reclamation for lock-free
 *             objects, IEEE TPDS 15(6), 2004.  The paper sorts the slots; here
 *             the retired are hashed.
 */
#include "sync/hazard.h"

#include "kernel/assert.h"
#include "kernel/mem.h"

void hazard_init(struct hazard_domain *d)
{
	/* relaxed: d is the caller's own until it is published */
	store_relaxed(&d->all, NULL);
	store_relaxed(&d->count, 0);		/* relaxed: as above */
}

static struct hazard *take_one(struct hazard_domain *d)
{
	struct hazard *h = load_acquire(&d->all);	/* [C] */

	for (; h; h = h->next) {
		uint32_t free = 0;

		if (cas_acquire(&h->taken, &free, 1))	/* [C] */
			return h;
	}
	return NULL;
}

struct hazard *hazard_join(struct hazard_domain *d)
{
	struct hazard *h = take_one(d);
	void *first;

	if (h)
		return h;
	h = mem_alloc(sizeof(*h));
	if (!h)
		return NULL;
	h->domain = d;
	/* relaxed: nobody knows h; and the rest of h is zero */
	store_relaxed(&h->taken, 1);
	/* relaxed: who sees h by [C] sees that it was counted */
	fetch_add_relaxed(&d->count, 1);
	h->room = hazard_limit(d);
	first = load_acquire(&d->all);			/* [C] */
	do
		h->next = first;
	while (!cas_acq_rel(&d->all, &first, h));	/* [C] */
	return h;
}

void hazard_leave(struct hazard *h)
{
	for (unsigned i = 0; i < HAZARD_SLOTS; i++)
		hazard_clear(h, i);
	hazard_scan(h);
	/* what could not be freed is for the next who takes h */
	store_release(&h->taken, 0);			/* [C] */
}

unsigned hazard_limit(const struct hazard_domain *d)
{
	/* relaxed: a stale count makes a scan early */
	return 2 * HAZARD_SLOTS * load_relaxed(&d->count);
}

static struct hazard_node **bucket_of(struct hazard *h, const void *object)
{
	uint64_t hash = (uintptr_t)object * 0x9e3779b97f4a7c15;

	return &h->bucket[hash >> 32 & (h->buckets - 1)];
}

/* As many as there are retired, or more; if there are so many. */
static unsigned buckets_for(unsigned retired)
{
	unsigned n = 1;

	while (n < retired && n < HAZARD_BUCKETS)
		n *= 2;
	return n;
}

static void fill_buckets(struct hazard *h)
{
	struct hazard_node *node = h->retired;

	h->buckets = buckets_for(hazard_limit(h->domain));
	while (node) {
		struct hazard_node **bucket = bucket_of(h, node->object);
		struct hazard_node *next = node->next;

		node->next = *bucket;
		*bucket = node;
		node = next;
	}
}

/* What has this address stays retired. */
static void keep(struct hazard *h, const void *object)
{
	struct hazard_node **at = bucket_of(h, object);

	while (*at) {
		struct hazard_node *node = *at;

		if (node->object == object) {
			*at = node->next;
			node->next = h->retired;
			h->retired = node;
			h->room--;
		} else {
			at = &node->next;
		}
	}
}

static void free_list(struct hazard_node *node)
{
	while (node) {
		struct hazard_node *next = node->next;

		node->free(node->object);
		node = next;
	}
}

/* Takes all buckets as one list. */
static struct hazard_node *empty_buckets(struct hazard *h)
{
	struct hazard_node *all = NULL;

	for (unsigned i = 0; i < h->buckets; i++) {
		while (h->bucket[i]) {
			struct hazard_node *node = h->bucket[i];

			h->bucket[i] = node->next;
			node->next = all;
			all = node;
		}
	}
	return all;
}

void hazard_scan(struct hazard *h)
{
	struct hazard *other;

	if (!h->retired)
		return;
	fence_seq_cst();				/* [A] */
	other = load_acquire(&h->domain->all);		/* [C] */
	fill_buckets(h);
	h->retired = NULL;
	h->room = hazard_limit(h->domain);
	for (; other; other = other->next) {
		for (unsigned i = 0; i < HAZARD_SLOTS; i++) {
			void *object = load_acquire(&other->slot[i]); /* [B] */

			if (object)
				keep(h, object);
		}
	}
	free_list(empty_buckets(h));
}

void hazard_drain(struct hazard_domain *d)
{
	/* relaxed: nobody else is there */
	struct hazard *h = load_relaxed(&d->all);

	while (h) {
		struct hazard *next = h->next;

		/* relaxed: as above */
		assert(!load_relaxed(&h->taken));
		free_list(h->retired);
		mem_free(h);
		h = next;
	}
	hazard_init(d);
}
