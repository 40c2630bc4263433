/*
 * sync/rcu_hash.h - a hash table that is resized while it is read.
 *
 * Guarantees  rcu_hash_find() writes nothing and waits for nobody, not even
 *             while the table grows or shrinks: what is in it all the time is
 *             always found.  Linearizable as a set of keys.
 *             What was written into a node before it was inserted, who finds
 *             it sees; and what was found stays readable until
 *             rcu_read_unlock().
 *             A key that is replaced is found before, during and after.
 * Context     rcu_hash_find(): a reader of RCU.  Insert, remove and replace:
 *             any but NMI; they exclude each other by the table's lock.
 *             Resize and fit: where might_sleep() allows.
 * Cost        A search: two loads, and two for each node of a bucket.  8 bytes
 *             a bucket; 40 a node, 16 of them for being in two tables at once.
 *             A resize: one grace period, and each node once; the lock is held
 *             for one bucket at a time.
 * Limits      Whoever removes or replaces a node may free it, or insert it
 *             again, only after a grace period: call_rcu().
 *             Nobody resizes by himself, since that may sleep: say
 *             rcu_hash_fit() now and then.  Writers share one lock.  Keys that
 *             are a multiple of 2^-n * the golden ratio share a bucket: where
 *             an adversary draws them, scramble them first.
 * See         docs/66-rcu-hash.md, tests/sync/test_rcu_hash.c
 */
#pragma once

#include "sync/mutex.h"
#include "sync/rcu_chain.h"
#include "sync/spinlock.h"

#define RCU_HASH_BITS_MAX	18u

struct rcu_hash_node {
	struct rcu_link link[2];	/* a table uses one or the other */
	uint64_t key;			/* constant while it can be found */
};

struct rcu_hash_table {
	unsigned bits;			/* 2^bits buckets */
	unsigned set;			/* which link */
	struct rcu_chain bucket[];
};

struct rcu_hash {
	struct atomic_ptr table;	/* written under lock */
	struct spinlock lock;

	/* under lock */
	unsigned count;			/* nodes */
	unsigned moved;			/* buckets whose nodes are in coming */
	struct rcu_hash_table *coming;	/* while it is filled, or NULL */

	struct mutex resizing;		/* over the whole of a resize */
};

/* 0 or -ENOMEM. */
int rcu_hash_init(struct rcu_hash *h, unsigned bits) must_check;

/* The caller is a reader. */
struct rcu_hash_node *rcu_hash_find(const struct rcu_hash *h, uint64_t key)
	must_check;

/* False: the key is there already, and the node is still the caller's. */
bool rcu_hash_insert(struct rcu_hash *h, struct rcu_hash_node *node,
		     uint64_t key) must_check;

/* What had the key, to be freed after a grace period; or NULL. */
struct rcu_hash_node *rcu_hash_remove(struct rcu_hash *h, uint64_t key)
	must_check;

/* Likewise, with node in its place; NULL: no such key, nothing is changed. */
struct rcu_hash_node *rcu_hash_replace(struct rcu_hash *h,
				       struct rcu_hash_node *node,
				       uint64_t key) must_check;

/* To 2^bits buckets; 0 or -ENOMEM, and then it is as it was. */
int rcu_hash_resize(struct rcu_hash *h, unsigned bits) must_check;

/* To as many as the nodes ask for, if that makes a difference. */
int rcu_hash_fit(struct rcu_hash *h) must_check;

unsigned rcu_hash_count(struct rcu_hash *h);
unsigned rcu_hash_bits(struct rcu_hash *h);

/* Gives each node to free(); nobody else is there. */
void rcu_hash_destroy(struct rcu_hash *h, void (*free)(void *node));
