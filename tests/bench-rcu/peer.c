/*
 * tests/bench-rcu/peer.c - liburcu, compiled once for each of its flavours.
 *
 * The command line says HEADER, NAME (of the flavour) and GROUP.
 */
#include "tests/bench-rcu/flavour.h"

#include <stdlib.h>

#include HEADER
#include <urcu/rculfhash.h>

#define GLUE_(a, b)	a##b
#define GLUE(a, b)	GLUE_(a, b)
#define TEXT_(a)	#a
#define TEXT(a)		TEXT_(a)

static struct rcu_head heads[CALLS];
static unsigned called;

static void enter(void)
{
	rcu_register_thread();
}

static void leave(void)
{
	rcu_unregister_thread();
}

static void read_many(unsigned n)
{
	while (n--) {
		rcu_read_lock();
		__asm__ volatile("" ::: "memory");
		rcu_read_unlock();
	}
}

static void report(void)
{
	rcu_quiescent_state();
}

static void synchronize(void)
{
	synchronize_rcu();
}

static void count(struct rcu_head *head)
{
	(void)head;
	__atomic_store_n(&called, called + 1, __ATOMIC_RELAXED);
}

static void call_many(unsigned n)
{
	__atomic_store_n(&called, 0, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < n; i++)
		call_rcu(&heads[i], count);
}

static unsigned done(void)
{
	return __atomic_load_n(&called, __ATOMIC_RELAXED);
}

static void barrier(void)
{
	rcu_barrier();
}

struct node {
	struct cds_lfht_node link;
	unsigned long key;
};

static struct cds_lfht *table;
static struct node nodes[NODES];
static unsigned filled, shift;

/* Its lowest bits choose the bucket: those that ours takes, from the top. */
static unsigned long hash(unsigned long key)
{
	return key * 0x9e3779b97f4a7c15 >> shift;
}

static int has_key(struct cds_lfht_node *link, const void *key)
{
	return caa_container_of(link, struct node, link)->key ==
	       *(const unsigned long *)key;
}

static void empty(void)
{
	for (unsigned i = 0; i < filled; i++)
		if (cds_lfht_del(table, &nodes[i].link))
			exit(3);
}

/* As many buckets as nodes: what ours has, too. */
static void fill(unsigned n)
{
	rcu_read_lock();
	empty();
	rcu_read_unlock();
	if (table && cds_lfht_destroy(table, NULL))
		exit(3);
	table = cds_lfht_new(n, n, n, 0, NULL);
	if (!table)
		exit(2);
	rcu_read_lock();
	filled = n;
	shift = 64 - __builtin_ctz(n);
	for (unsigned i = 0; i < n; i++) {
		nodes[i].key = i;
		cds_lfht_node_init(&nodes[i].link);
		cds_lfht_add(table, hash(i), &nodes[i].link);
	}
	rcu_read_unlock();
}

static unsigned look(unsigned n)
{
	unsigned found = 0;

	for (unsigned i = 0; i < n; i++) {
		struct cds_lfht_iter iter;
		unsigned long key = draw_key(i, filled);

		rcu_read_lock();
		cds_lfht_lookup(table, hash(key), has_key, &key, &iter);
		found += cds_lfht_iter_get_node(&iter) != NULL;
		rcu_read_unlock();
	}
	return found;
}

const struct flavour GLUE(flavour_, NAME) = {
	"liburcu " TEXT(NAME), TEXT(GROUP), enter, leave, read_many, report,
	synchronize, call_many, done, barrier, fill, look,
};
