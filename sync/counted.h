/*
 * sync/counted.h - nodes that count their references, and are used again.
 *
 * Guarantees  What counted_read(), counted_alloc() or counted_hold() gave the
 *             caller is not used for anything else until counted_release():
 *             neither freed nor handed out again.
 *             A node's links count, too: while a node in use links to another,
 *             that is in use.  So who holds one node may follow its links, even
 *             if it was taken out of the structure long ago.
 *             A node whose last reference goes gives up its links' references,
 *             and is handed out again by counted_alloc(), not before.
 *             Lock-free.
 * Context     Any but NMI, where the pool's alloc() may run; counted_init() and
 *             counted_destroy() while nobody else is there.
 * Cost        32 bytes a node.  Reading a link: one locked instruction on the
 *             node that it names, and one more to release it.
 * Limits      Memory is never given back before counted_destroy(): a reader may
 *             add to the count of a node that was freed a moment ago, so it
 *             must stay a count.
 *             Nodes that link to each other in a ring are never freed.  Who
 *             holds one node keeps all that it leads to.
 *             2^30 references to one node.
 * See         docs/79-valois-list.md, tests/sync/test_counted.c;
 *             sync/hazard.h and sync/rcu.h, which write nothing into the node
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/atomic.h"
#include "kernel/compiler.h"

#define COUNTED_LINKS	2
#define COUNTED_CHUNK	32		/* nodes that are allocated at once */

#define COUNTED_FREE	1u		/* a bit of refs: nobody's */
#define COUNTED_ONE	2u		/* a reference */

/* the first member of a node */
struct counted {
	struct atomic_ptr link[COUNTED_LINKS];	/* free: [0] is the next free */
	struct atomic32 refs;		/* COUNTED_ONE each, or COUNTED_FREE */
	struct counted *doomed;		/* its releaser's own */
};

struct counted_pool {
	struct atomic_ptr free;
	struct atomic_ptr chunks;
	size_t size;			/* of a node */
	void *(*alloc)(size_t size);
	void (*give_back)(void *chunk);
};

void counted_init(struct counted_pool *pool, size_t size,
		  void *(*alloc)(size_t size), void (*give_back)(void *chunk));
void counted_destroy(struct counted_pool *pool);

/* With a reference, and its links NULL; NULL: there is no memory. */
void *counted_alloc(struct counted_pool *pool) must_check;

/* What the link names, with a reference; or NULL. */
void *counted_read(struct counted_pool *pool, struct atomic_ptr *link)
	must_check;

/* One more, by who has one. */
void counted_hold(void *node);
void counted_release(struct counted_pool *pool, void *node);

/*
 * The link of a node that the caller holds changes from old to now, and with it
 * their references; false: it was not old.  The caller holds both.
 */
bool counted_swap(struct counted_pool *pool, struct atomic_ptr *link, void *old,
		  void *now) must_check;

/* Likewise, of a node that nobody else can reach yet; any old, or NULL. */
void counted_set(struct counted_pool *pool, struct atomic_ptr *link, void *now);

/* Nodes that are not free; while nobody else is there. */
unsigned counted_in_use(const struct counted_pool *pool);
