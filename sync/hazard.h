/*
 * sync/hazard.h - hazard pointers: "I am looking at this one".
 *
 * Guarantees  From a hazard_protect() that returned p until its slot is used or
 *             cleared, what p points at is not freed by hazard_retire().
 *             A retired object is freed once, by whoever scans, after nobody
 *             points at it any more.
 *             At most hazard_limit() objects a participant are retired and not
 *             freed, whatever the others do: one that stands still keeps back
 *             what its own slots point at, and nothing else.
 * Ordering    [A] fence_seq_cst between publishing and looking again -> the
 *             scan's, between unlinking and reading the slots: sync/hazard.c.
 *             [B] the owner's store of a slot, which ends the use of what was
 *             there -> the scan's load, sync/hazard.c: what the owner read, it
 *             read before the object is freed.
 *             [D] the link that was followed -> its load here: the object's
 *             content, stored in the file that publishes it, for instance
 *             sync/treiber.c.
 * Context     Any but NMI, and where free() may run; never sleeps, never waits.
 *             A struct hazard belongs to one participant at a time: a thread,
 *             or whoever has disabled preemption.  hazard_drain(): nobody is
 *             left.
 * Cost        Protecting: a store, a full barrier and a second load.  Retiring:
 *             five stores, and a scan of all slots once in so many times.  640
 *             bytes a participant.
 * Limits      Only for structures that make an object unreachable before it is
 *             retired, and in which a link of what is reachable tells whether
 *             its target still is.
 *             hazard_join() takes memory the first time; that is never given
 *             back before hazard_drain().
 * See         docs/72-hazard-pointers.md, tests/sync/test_hazard.c;
 *             sync/treiber.h
 */
#pragma once

#include "arch/atomic.h"

#define HAZARD_SLOTS	3
#define HAZARD_BUCKETS	64	/* a power of two */

/* lies in the object; next and object are ours from retire to free */
struct hazard_node {
	struct hazard_node *next;
	void *object;
	void (*free)(void *object);
};

struct hazard {
	struct atomic_ptr slot[HAZARD_SLOTS];	/* written by the owner */
	struct atomic32 taken;
	struct hazard *next;			/* constant once published */
	struct hazard_domain *domain;
	/* the owner's alone */
	struct hazard_node *retired aligned_to(CACHE_LINE);
	unsigned room;		/* so many more, then a scan; not 0 */
	unsigned buckets;	/* a scan's: a power of two */
	struct hazard_node *bucket[HAZARD_BUCKETS];	/* a scan's */
} aligned_to(CACHE_LINE);

struct hazard_domain {
	struct atomic_ptr all;		/* every struct hazard, for ever */
	struct atomic32 count;
};

#define HAZARD_DOMAIN_INIT	{ ATOMIC_PTR(NULL), ATOMIC32(0) }

void hazard_init(struct hazard_domain *d);
struct hazard *hazard_join(struct hazard_domain *d) must_check;
void hazard_leave(struct hazard *h);

void hazard_scan(struct hazard *h);
unsigned hazard_limit(const struct hazard_domain *d);

/*
 * Without the barrier: for who looks a second time by a locked instruction that
 * changes the very word from which the object's retirement starts.
 */
static always_inline void hazard_announce(struct hazard *h, unsigned slot,
					  void *object)
{
	store_release(&h->slot[slot], object);		/* [B] */
}

/* For those who have their own way to look a second time. */
static always_inline void hazard_set(struct hazard *h, unsigned slot,
				     void *object)
{
	hazard_announce(h, slot, object);
	fence_seq_cst();				/* [A] */
}

static always_inline void hazard_clear(struct hazard *h, unsigned slot)
{
	store_release(&h->slot[slot], NULL);		/* [B] */
}

/* What *p points at, protected by slot; or NULL. */
static always_inline void *hazard_protect(struct hazard *h, unsigned slot,
					  const struct atomic_ptr *p)
{
	void *object, *again = load_acquire(p);		/* [D] */

	/* ended by others standing still: each turn, one of them did a step */
	do {
		object = again;
		hazard_set(h, slot, object);
		again = load_acquire(p);		/* [D] */
	} while (again != object);
	return object;
}

/* object can no longer be reached; free(object), when nobody looks at it. */
static always_inline void hazard_retire(struct hazard *h,
					struct hazard_node *node, void *object,
					void (*free)(void *object))
{
	node->object = object;
	node->free = free;
	node->next = h->retired;
	h->retired = node;
	if (unlikely(--h->room == 0))
		hazard_scan(h);
}

/* Free all that is retired, and the participants' memory. */
void hazard_drain(struct hazard_domain *d);
