/*
 * sync/harris.h - the lock-free list of Harris, as Michael made it.
 *
 * Guarantees  A linearizable set of keys, kept in order.  Lock-free: if some
 *             CPU stands still anywhere in here, the others go on.
 *             A removed node is given to the seam's retire(), once, after it
 *             can no longer be reached.
 * Context     That of the seam's functions.  harris_contains() may unlink what
 *             others have removed, and retire it.
 * Cost        8 bytes, and 40 a node.  Insert: one locked instruction; remove:
 *             two; and for each node on the way a load, or with hazard pointers
 *             a full barrier.
 * Limits      Nodes are aligned to 2: a link's lowest bit is the mark.
 *             A search takes time with the length: see sync/rcu_list.h for
 *             lists with few writers.
 * See         docs/77-harris-michael-list.md, tests/sync/test_harris.c
 */
#pragma once

#include "sync/hazard.h"
#include "sync/rcu.h"

struct harris_node {
	struct atomic_ptr next;		/* | HARRIS_MARK: this node is gone */
	uint64_t key;
	union {				/* from retire to free */
		struct hazard_node hazard;
		struct rcu_head rcu;
	};
	void (*free)(void *node);
};

#define HARRIS_MARK	((uintptr_t)1)

/*
 * The seam to reclamation.  From enter() to leave() what was reachable at some
 * moment stays readable: by itself (protect is NULL), or if protect(self, slot,
 * node) was called and the node was still reachable afterwards; two slots.
 */
struct harris_reclaim {
	void (*enter)(void *self);
	void (*leave)(void *self);
	void (*protect)(void *self, unsigned slot, void *node);	/* or NULL */
	void (*retire)(void *self, struct harris_node *node);
};

/* self: a struct hazard; or nothing */
extern const struct harris_reclaim harris_hazard, harris_rcu;

struct harris {
	struct atomic_ptr head;
	const struct harris_reclaim *reclaim;
	void (*free)(void *node);
};

void harris_init(struct harris *l, const struct harris_reclaim *reclaim,
		 void (*free)(void *node));

/* False: the key is there already, and the node is still the caller's. */
bool harris_insert(struct harris *l, void *self, struct harris_node *node,
		   uint64_t key) must_check;
bool harris_remove(struct harris *l, void *self, uint64_t key) must_check;
bool harris_contains(struct harris *l, void *self, uint64_t key) must_check;

/* Frees what is in it; nobody else is there. */
void harris_destroy(struct harris *l);
