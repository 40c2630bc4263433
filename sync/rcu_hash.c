/*
 * sync/rcu_hash.c - each node has two links, so it can be in two tables.
 *
 *     link[0]   table   bucket 0: a -> c -> e      bucket 1: b -> d
 *     link[1]   coming  bucket 0: e -> a   1: c    2: b   3: not yet moved
 *                                  |
 *                             moved == 1: bucket 0 of table is in coming
 *
 * Invariant   Readers walk one table, by the link of its set, and no step of a
 *             resize changes a link of that set: who is in the old table finds
 *             all that is in the set, until the new one is published.
 *             coming has just the nodes of the first `moved` buckets of table:
 *             a resize adds a bucket at a time, and each writer changes both,
 *             if the bucket is among these.  When all are moved, the two hold
 *             the same nodes, and coming becomes table.
 *             After that the old table is not changed any more, not even by
 *             writers.  A reader may still be in it, and may miss an insertion
 *             or find what was removed: but he came before the new table was
 *             published, so before any such change, which he may go before.
 *             A grace period later nobody is in it: only then is its memory
 *             freed, and its set of links free for the next resize.
 * Ordering    rcu_assign_pointer() of table -> rcu_dereference() of it: all
 *             buckets of the new one ([P] of sync/rcu.h).  Within a table the
 *             edges are those of sync/rcu_chain.c.
 * References  Triplett, McKenney and Walpole, Resizable, scalable, concurrent
 *             hash tables via relativistic programming, USENIX ATC 2011, for
 *             the problem, and for an answer with one link a node and more
 *             grace periods.  Two links: H. Xu, bridge: add core IGMP snooping
 *             support (Linux, 2010); McKenney, Is Parallel Programming Hard,
 *             10.4.  Knuth, TAOCP 3, 6.4, for the multiplier.
 */
#include "sync/rcu_hash.h"

#include "kernel/assert.h"
#include "kernel/errno.h"
#include "kernel/mem.h"

#define GOLDEN	0x9e3779b97f4a7c15ULL	/* 2^64 / 1.618..., odd */

static unsigned size_of(const struct rcu_hash_table *t)
{
	return 1u << t->bits;
}

static unsigned index_of(const struct rcu_hash_table *t, uint64_t key)
{
	/* the upper bits; in two steps, since bits may be 0 */
	return (key * GOLDEN >> 32) >> (32 - t->bits);
}

static struct rcu_hash_node *node_of(struct rcu_link *link, unsigned set)
{
	return container_of(link - set, struct rcu_hash_node, link[0]);
}

struct rcu_hash_node *rcu_hash_find(const struct rcu_hash *h, uint64_t key)
{
	const struct rcu_hash_table *t = rcu_dereference(&h->table);

	rcu_chain_for_each(link, &t->bucket[index_of(t, key)]) {
		struct rcu_hash_node *node = node_of(link, t->set);

		if (node->key == key)
			return node;
	}
	return NULL;
}

static struct rcu_hash_table *make_table(unsigned bits, unsigned set)
{
	struct rcu_hash_table *t;

	assert(bits <= RCU_HASH_BITS_MAX);
	t = mem_alloc(sizeof(*t) + (sizeof(t->bucket[0]) << bits));
	if (t) {
		t->bits = bits;
		t->set = set;
		for (unsigned i = 0; i < size_of(t); i++)
			rcu_chain_init(&t->bucket[i]);
	}
	return t;
}

int rcu_hash_init(struct rcu_hash *h, unsigned bits)
{
	struct rcu_hash_table *t = make_table(bits, 0);

	if (!t)
		return -ENOMEM;
	*h = (struct rcu_hash){ .lock = SPINLOCK_INIT };
	mutex_init(&h->resizing);
	/* relaxed: h is the caller's own until it is published */
	store_relaxed(&h->table, t);
	return 0;
}

/* --------------------------------------------------------------- writers */

static struct rcu_hash_table *table_locked(const struct rcu_hash *h)
{
	/* relaxed: written under the lock, which we hold */
	return load_relaxed(&h->table);
}

/* Are nodes with this key in coming, too? */
static bool is_moved_locked(const struct rcu_hash *h, uint64_t key)
{
	return h->coming && index_of(table_locked(h), key) < h->moved;
}

static void add(struct rcu_hash_table *t, struct rcu_hash_node *node)
{
	rcu_chain_add(&t->bucket[index_of(t, node->key)], &node->link[t->set]);
}

bool rcu_hash_insert(struct rcu_hash *h, struct rcu_hash_node *node,
		     uint64_t key)
{
	uint64_t was = spin_lock_irqsave(&h->lock);
	bool there = rcu_hash_find(h, key);

	if (!there) {
		node->key = key;
		add(table_locked(h), node);
		if (is_moved_locked(h, key))
			add(h->coming, node);
		h->count++;
	}
	spin_unlock_irqrestore(&h->lock, was);
	return !there;
}

struct rcu_hash_node *rcu_hash_remove(struct rcu_hash *h, uint64_t key)
{
	uint64_t was = spin_lock_irqsave(&h->lock);
	struct rcu_hash_node *node = rcu_hash_find(h, key);

	if (node) {
		rcu_chain_del(&node->link[table_locked(h)->set]);
		if (is_moved_locked(h, key))
			rcu_chain_del(&node->link[h->coming->set]);
		h->count--;
	}
	spin_unlock_irqrestore(&h->lock, was);
	return node;
}

static void replace(unsigned set, struct rcu_hash_node *old,
		    struct rcu_hash_node *node)
{
	rcu_chain_replace(&old->link[set], &node->link[set]);
}

struct rcu_hash_node *rcu_hash_replace(struct rcu_hash *h,
				       struct rcu_hash_node *node, uint64_t key)
{
	uint64_t was = spin_lock_irqsave(&h->lock);
	struct rcu_hash_node *old = rcu_hash_find(h, key);

	if (old) {
		node->key = key;
		replace(table_locked(h)->set, old, node);
		if (is_moved_locked(h, key))
			replace(h->coming->set, old, node);
	}
	spin_unlock_irqrestore(&h->lock, was);
	return old;
}

/* -------------------------------------------------------------- resizing */

/* The next bucket's nodes get into coming; true: that was the last. */
static bool move_bucket_locked(struct rcu_hash *h)
{
	struct rcu_hash_table *t = table_locked(h);

	rcu_chain_for_each(link, &t->bucket[h->moved])
		add(h->coming, node_of(link, t->set));
	return ++h->moved == size_of(t);
}

/* From here on readers come into the new table. */
static void publish_locked(struct rcu_hash *h)
{
	rcu_assign_pointer(&h->table, h->coming);
	h->coming = NULL;
}

static void change_table(struct rcu_hash *h, struct rcu_hash_table *now)
{
	bool all = false;

	while (!all) {		/* a bucket each time */
		uint64_t was = spin_lock_irqsave(&h->lock);

		if (!h->coming) {
			h->coming = now;
			h->moved = 0;
		}
		all = move_bucket_locked(h);
		if (all)
			publish_locked(h);
		spin_unlock_irqrestore(&h->lock, was);
	}
}

static int resize_owned(struct rcu_hash *h, unsigned bits)
{
	/* relaxed: it is changed by who owns resizing, and so do we */
	struct rcu_hash_table *old = load_relaxed(&h->table), *now;

	now = make_table(bits, !old->set);
	if (!now)
		return -ENOMEM;
	change_table(h, now);
	synchronize_rcu();
	mem_free(old);
	return 0;
}

int rcu_hash_resize(struct rcu_hash *h, unsigned bits)
{
	int error;

	mutex_lock(&h->resizing);
	error = resize_owned(h, bits);
	mutex_unlock(&h->resizing);
	return error;
}

/* More nodes than buckets are too many, fewer than a quarter too few. */
static unsigned bits_for(unsigned count, unsigned bits)
{
	while (bits < RCU_HASH_BITS_MAX && count > 1u << bits)
		bits++;
	while (bits > 0 && count < 1u << bits >> 2)
		bits--;
	return bits;
}

static bool is_fit(struct rcu_hash *h, unsigned *wanted)
{
	uint64_t was = spin_lock_irqsave(&h->lock);
	unsigned bits = table_locked(h)->bits;

	*wanted = bits_for(h->count, bits);
	spin_unlock_irqrestore(&h->lock, was);
	return *wanted == bits;
}

int rcu_hash_fit(struct rcu_hash *h)
{
	unsigned wanted;
	int error = 0;

	if (is_fit(h, &wanted))
		return 0;
	mutex_lock(&h->resizing);
	if (!is_fit(h, &wanted))	/* another may have been quicker */
		error = resize_owned(h, wanted);
	mutex_unlock(&h->resizing);
	return error;
}

unsigned rcu_hash_count(struct rcu_hash *h)
{
	uint64_t was = spin_lock_irqsave(&h->lock);
	unsigned count = h->count;

	spin_unlock_irqrestore(&h->lock, was);
	return count;
}

unsigned rcu_hash_bits(struct rcu_hash *h)
{
	uint64_t was = spin_lock_irqsave(&h->lock);
	unsigned bits = table_locked(h)->bits;

	spin_unlock_irqrestore(&h->lock, was);
	return bits;
}

void rcu_hash_destroy(struct rcu_hash *h, void (*free)(void *node))
{
	/* relaxed: nobody else is there */
	struct rcu_hash_table *t = load_relaxed(&h->table);

	for (unsigned i = 0; i < size_of(t); i++) {
		/* relaxed: as above */
		struct rcu_link *link = load_relaxed(&t->bucket[i].first);

		while (link) {
			/* relaxed: as above */
			struct rcu_link *next = load_relaxed(&link->next);

			free(node_of(link, t->set));
			link = next;
		}
	}
	mem_free(t);
}
