/*
 * tests/sync/test_rcu_hash.c - nothing is missed while the table changes.
 *
 * tests/sync/test_list_ops.c has what every list promises.  Here: who stands in
 * a bucket all through a resize, twins that lose him, readers beside a table
 * that is resized all the time, and histories of the same.
 */
#include "sync/rcu_hash.h"

#include "arch/cpu.h"
#include "kernel/mem.h"
#include "kernel/test.h"
#include "tests/sync/gang.h"
#include "tests/sync/list_trial.h"
#include "tests/sync/quarantine.h"

#define KEYS	16u

struct element {
	struct rcu_hash_node node;
	uint64_t stamp, twice;
	struct rcu_head head;
};

static struct rcu_hash table;

static struct element *element_of(struct rcu_hash_node *node)
{
	return container_of(node, struct element, node);
}

static struct element *make(uint64_t stamp)
{
	struct element *e = quarantine_alloc(sizeof(*e));

	if (e) {
		e->stamp = stamp;
		e->twice = 2 * stamp;
	}
	return e;
}

static bool insert(uint64_t key)
{
	struct element *e = make(key);

	if (!e)
		return false;
	if (rcu_hash_insert(&table, &e->node, key))
		return true;
	quarantine_free(e);
	return false;
}

static void free_element(struct rcu_head *head)
{
	quarantine_free(container_of(head, struct element, head));
}

static void free_later(struct rcu_hash_node *node)
{
	if (node)
		call_rcu(&element_of(node)->head, free_element);
}

static bool is_there(uint64_t key)
{
	struct rcu_hash_node *node;

	rcu_read_lock();
	node = rcu_hash_find(&table, key);
	rcu_read_unlock();
	return node && node->key == key;
}

static void begin(struct test *t, unsigned bits)
{
	quarantine_begin();
	check(t, rcu_hash_init(&table, bits) == 0);
}

static void end(struct test *t)
{
	rcu_barrier();
	rcu_hash_destroy(&table, quarantine_free);
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
}

TEST("sync/rcu_hash", test_rcu_hash_keeps_all_through_each_resize)
{
	begin(t, 0);
	for (uint64_t key = 0; key < KEYS; key++)
		check(t, insert(key * key));
	for (unsigned bits = 0; bits < 14; bits++) {
		check(t, rcu_hash_resize(&table, bits * 5 % 7) == 0);
		check(t, rcu_hash_bits(&table) == bits * 5 % 7);
		check(t, rcu_hash_count(&table) == KEYS);
		for (uint64_t key = 0; key < KEYS; key++) {
			check(t, is_there(key * key));
			check(t, !is_there(key * key + 2));
			check(t, !insert(key * key));
		}
	}
	end(t);
}

TEST("sync/rcu_hash", test_rcu_hash_resize_takes_a_grace_period)
{
	begin(t, 0);
	for (unsigned i = 0; i < 8; i++) {
		uint64_t cookie = get_state_synchronize_rcu();

		check(t, rcu_hash_resize(&table, i % 3) == 0);
		check(t, poll_state_synchronize_rcu(cookie));
	}
	end(t);
}

TEST("sync/rcu_hash", test_rcu_hash_fits_its_nodes)
{
	begin(t, 0);
	for (uint64_t key = 1; key <= 40; key++) {
		check(t, insert(key));
		check(t, rcu_hash_fit(&table) == 0);
		check(t, 1u << rcu_hash_bits(&table) >= key);
		check(t, 1u << rcu_hash_bits(&table) < 2 * key + 1);
	}
	for (uint64_t key = 40; key >= 1; key--) {
		free_later(rcu_hash_remove(&table, key));
		check(t, rcu_hash_fit(&table) == 0);
		check(t, 1u << rcu_hash_bits(&table) <= 4 * (key + 1));
	}
	check(t, rcu_hash_count(&table) == 0);
	end(t);
}

TEST("sync/rcu_hash", test_rcu_hash_replaces_at_one_moment)
{
	struct element *now;
	struct rcu_hash_node *old;

	begin(t, 1);
	check(t, insert(3) && insert(5));
	now = make(50);
	rcu_read_lock();
	old = rcu_hash_find(&table, 5);
	check(t, rcu_hash_replace(&table, &now->node, 5) == old);
	free_later(old);
	check(t, rcu_hash_find(&table, 5) == &now->node);
	check(t, quarantine_is_live(old) && element_of(old)->stamp == 5);
	check(t, rcu_hash_replace(&table, &now->node, 4) == NULL);
	rcu_read_unlock();
	check(t, rcu_hash_count(&table) == 2);
	end(t);
}

/* ---------------------------------------------------- who stands in there */

/* Keys that a walk from the link on meets, as bits. */
static unsigned keys_from(struct rcu_link *link, unsigned set)
{
	unsigned keys = 0;

	for (; link; link = rcu_dereference(&link->next)) {
		struct rcu_hash_node *node = container_of(
			link - set, struct rcu_hash_node, link[0]);

		keys |= 1u << node->key;
	}
	return keys;
}

#define ALL	((1u << KEYS) - 1)

/* One bucket with keys 0 .. KEYS - 1, and the link of the first in it. */
static struct rcu_link *one_bucket(struct test *t)
{
	struct rcu_hash_table *was;

	begin(t, 0);
	for (uint64_t key = 0; key < KEYS; key++)
		check(t, insert(key));
	was = load_acquire(&table.table);
	return load_acquire(&was->bucket[0].first);
}

/* We play a reader who stands in the old table until the resize is over. */
TEST("sync/rcu_hash", test_rcu_hash_an_old_bucket_stays_whole)
{
	struct rcu_link *first = one_bucket(t);

	check(t, keys_from(first, 0) == ALL);
	check(t, rcu_hash_resize(&table, 3) == 0);
	check(t, keys_from(first, 0) == ALL);
	/* nor does a writer change it, who comes after that */
	free_later(rcu_hash_remove(&table, 1));
	check(t, insert(100) && !is_there(1) && is_there(100));
	check(t, keys_from(first, 0) == ALL);
	end(t);
}

/*
 * Twin: one link a node, which takes each node over into the new table.  Who
 * stands in the old one is led away, and misses what was there all the time.
 */
TEST("sync/rcu_hash", test_rcu_hash_twin_with_one_link_loses_a_reader)
{
	struct rcu_link *first = one_bucket(t), *link, *next;
	struct rcu_chain bucket[2] = { RCU_CHAIN_INIT, RCU_CHAIN_INIT };
	struct rcu_hash_table *was = load_acquire(&table.table);

	check(t, keys_from(first, 0) == ALL);
	for (link = first; link; link = next) {
		struct rcu_hash_node *node = container_of(
			link, struct rcu_hash_node, link[0]);

		next = load_acquire(&link->next);
		rcu_chain_del(link);
		rcu_chain_add(&bucket[node->key % 2], link);
	}
	check(t, keys_from(first, 0) != ALL);
	/* and who comes into the old table now finds nothing */
	check(t, load_acquire(&was->bucket[0].first) == NULL);
	for (unsigned i = 0; i < 2; i++) {
		while ((link = load_acquire(&bucket[i].first))) {
			rcu_chain_del(link);
			rcu_chain_add(&was->bucket[0], link);
		}
	}
	check(t, keys_from(load_acquire(&was->bucket[0].first), 0) == ALL);
	end(t);
}

/* Twin: a second resize, and no grace period in between. */
TEST("sync/rcu_hash", test_rcu_hash_twin_that_does_not_wait_loses_a_reader)
{
	struct rcu_link *first = one_bucket(t);

	check(t, rcu_hash_resize(&table, 3) == 0);
	check(t, keys_from(first, 0) == ALL);
	/* here the twin has not waited for us, and fills set 0 again */
	check(t, rcu_hash_resize(&table, 4) == 0);
	check(t, keys_from(first, 0) != ALL);
	end(t);
}

/* ------------------------------------------- who writes in the middle of it */

/*
 * A resize that stands still when `moved` of the old buckets are in the new
 * table, played by hand.
 */
static struct rcu_hash_table *half_resized(struct test *t, unsigned moved)
{
	struct rcu_hash_table *was, *coming;

	begin(t, 1);
	for (uint64_t key = 0; key < KEYS; key++)
		check(t, insert(key));
	was = load_acquire(&table.table);
	coming = mem_alloc(sizeof(*coming) + 4 * sizeof(coming->bucket[0]));
	coming->bits = 2;
	coming->set = 1;
	for (unsigned i = 0; i < moved; i++) {
		rcu_chain_for_each(link, &was->bucket[i]) {
			struct rcu_hash_node *node = container_of(
				link, struct rcu_hash_node, link[0]);
			/* where sync/rcu_hash.c would put it */
			unsigned at = node->key * 0x9e3779b97f4a7c15 >> 62;

			rcu_chain_add(&coming->bucket[at], &node->link[1]);
		}
	}
	table.coming = coming;
	table.moved = moved;
	return was;
}

/* The rest of it: all buckets are moved. */
static void publish(struct rcu_hash_table *was)
{
	rcu_assign_pointer(&table.table, table.coming);
	table.coming = NULL;
	synchronize_rcu();
	mem_free(was);
}

TEST("sync/rcu_hash", test_rcu_hash_writers_change_both_tables)
{
	struct rcu_hash_table *was = half_resized(t, 2);
	struct element *now = make(50);

	free_later(rcu_hash_remove(&table, 3));
	free_later(rcu_hash_replace(&table, &now->node, 5));
	check(t, insert(KEYS + 1));
	check(t, !is_there(3) && is_there(5) && is_there(KEYS + 1));
	publish(was);
	check(t, !is_there(3) && is_there(KEYS + 1));
	check(t, rcu_hash_find(&table, 5) == &now->node);
	for (uint64_t key = 0; key < KEYS; key++)
		check(t, is_there(key) == (key != 3));
	end(t);
}

TEST("sync/rcu_hash", test_rcu_hash_writers_leave_what_is_not_moved)
{
	struct rcu_hash_table *was = half_resized(t, 0), *coming = table.coming;

	free_later(rcu_hash_remove(&table, 3));
	check(t, insert(KEYS + 1));
	for (unsigned i = 0; i < 4; i++)
		check(t, load_acquire(&coming->bucket[i].first) == NULL);
	table.coming = NULL;
	mem_free(coming);
	check(t, !is_there(3) && is_there(KEYS + 1) && was);
	end(t);
}

/* Twin: removes from the table that readers are in, and no more. */
TEST("sync/rcu_hash", test_rcu_hash_twin_that_removes_from_one_is_caught)
{
	struct rcu_hash_table *was = half_resized(t, 2);
	struct rcu_hash_node *node = rcu_hash_find(&table, 3);

	rcu_chain_del(&node->link[0]);
	check(t, !is_there(3));
	publish(was);
	check(t, is_there(3));		/* back from the dead */
	end(t);
}

/* --------------------------------------------------------------- torture */

/*
 * Even keys are always there, and replaced now and then; odd ones come and go.
 */
#define READERS	3
#define ROUNDS	240
#define SIZES	5u

static struct atomic32 missed, torn, dead, failed;
static struct gang gang;

static void look(struct gang_member *m)
{
	uint64_t key = gang_random(m) % KEYS;
	struct rcu_hash_node *node;
	struct element *e;

	rcu_read_lock();
	node = rcu_hash_find(&table, key);
	/* relaxed, all: counts */
	if (!node && key % 2 == 0)
		fetch_add_relaxed(&missed, 1);	/* relaxed: above */
	for (unsigned i = 0; node && i < 3; i++) {
		e = element_of(node);
		if (!quarantine_is_live(e) || node->key != key)
			fetch_add_relaxed(&dead, 1);	/* relaxed: above */
		else if (e->twice != 2 * e->stamp)
			fetch_add_relaxed(&torn, 1);	/* relaxed: above */
		cpu_delay(gang_random(m) % 16);
	}
	rcu_read_unlock();
}

static void change(struct gang_member *m)
{
	uint64_t key = gang_random(m) % KEYS;
	struct rcu_hash_node *old;
	struct element *e = make(gang_random(m));

	if (!e)
		return;
	if (key % 2 == 0) {
		old = rcu_hash_replace(&table, &e->node, key);
		free_later(old);
		if (!old)
			fetch_add_relaxed(&missed, 1);	/* relaxed: a count */
	} else if (rcu_hash_insert(&table, &e->node, key)) {
		return;
	} else {
		free_later(rcu_hash_remove(&table, key));
		quarantine_free(e);
	}
}

static void look_change_or_resize(struct gang_member *m)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (m->index > 1)
			look(m);
		else if (m->index == 1)
			change(m);
		else if (rcu_hash_resize(&table, gang_random(m) % SIZES))
			fetch_add_relaxed(&failed, 1);	/* relaxed: a count */
		gang_step(m);
		if (i % 16 == 0)
			gang_chaos(m);
		if (i % 32 == 0)
			park(clock_ns());
	}
}

TEST("sync/rcu_hash", test_rcu_hash_readers_miss_nothing_while_it_is_resized)
{
	struct atomic32 *counts[] = { &missed, &torn, &dead, &failed };

	begin(t, 0);
	for (unsigned i = 0; i < ARRAY_LEN(counts); i++)
		/* relaxed: nobody else is there */
		store_relaxed(counts[i], 0);
	for (uint64_t key = 0; key < KEYS; key += 2)
		check(t, insert(key));
	gang_start(&gang, 2 + READERS, look_change_or_resize, test_random(t));
	check(t, gang_wait(&gang, PATIENT));
	for (unsigned i = 0; i < ARRAY_LEN(counts); i++)
		check(t, load_acquire(counts[i]) == 0);
	for (uint64_t key = 0; key < KEYS; key += 2)
		check(t, is_there(key));
	end(t);
}

/* ------------------------------------------------------------- histories */

/* Removing by somebody who resizes first: 0, 1 or 2 bits, by turns. */
static bool resize_and_remove(void *list, void *self, uint64_t key)
{
	static struct atomic32 turn;
	unsigned bits = fetch_add_acq_rel(&turn, 1) % 3;

	/* the hash table is its first member */
	if (rcu_hash_resize(list, bits))
		return false;
	return rcu_hash_ops.remove(list, self, key);
}

TEST("sync/rcu_hash", test_rcu_hash_is_linearizable_while_it_is_resized)
{
	struct list_ops ops = rcu_hash_ops;

	ops.remove = resize_and_remove;
	check(t, list_histories(t, &ops, 12, true) == 0);
}
