/*
 * tests/bench-host/peer_hash.c - liburcu's hash table, in its QSBR flavour.
 *
 * In a file of its own: sync/rcu.h and liburcu's headers give the same names.
 */
#define _LGPL_SOURCE	/* its inline functions */
#define URCU_API_MAP	/* the plain names are this flavour's */
#include <stdlib.h>
#include <urcu/urcu-qsbr.h>
#include <urcu/rculfhash.h>

#include "tests/bench-host/peer_hash.h"

struct node {
	struct cds_lfht_node node;
	uint64_t key;
};

static struct cds_lfht *lfht;

/* sync/rcu_hash.c's; this table takes the lower bits, which are as good here. */
static unsigned long hash_of(uint64_t key)
{
	return key * 0x9e3779b97f4a7c15ULL;
}

static int is_key(struct cds_lfht_node *node, const void *key)
{
	return caa_container_of(node, struct node, node)->key
		== *(const uint64_t *)key;
}

bool lfht_find(uint64_t key)
{
	struct cds_lfht_iter found;

	rcu_read_lock();
	cds_lfht_lookup(lfht, hash_of(key), is_key, &key, &found);
	rcu_read_unlock();
	return cds_lfht_iter_get_node(&found);
}

void lfht_init(unsigned bits)
{
	unsigned long size = 1UL << bits;

	lfht = cds_lfht_new(size, size, size, 0, NULL);
	if (!lfht)
		abort();
}

void lfht_add(uint64_t key)
{
	struct node *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	n->key = key;
	cds_lfht_add(lfht, hash_of(key), &n->node);
}
