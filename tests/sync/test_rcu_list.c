/*
 * tests/sync/test_rcu_list.c - a reader's node stays; a twin frees at once.
 *
 * tests/sync/test_list_ops.c has what every list promises.
 */
#include "sync/rcu_list.h"

#include "kernel/test.h"
#include "tests/sync/gang.h"
#include "tests/sync/quarantine.h"

static struct rcu_list list;

static struct rcu_list_node *add(uint64_t key)
{
	struct rcu_list_node *node = quarantine_alloc(sizeof(*node));

	if (node)
		(void)!rcu_list_insert(&list, node, key);
	return node;
}

static void begin(void)
{
	quarantine_begin();
	rcu_list_init(&list, quarantine_free);
}

TEST("sync/rcu_list", test_rcu_list_what_a_reader_found_stays)
{
	struct rcu_list_node *a, *b, *c;

	begin();
	c = add(3);
	b = add(2);
	a = add(1);
	rcu_read_lock();
	check(t, rcu_list_find(&list, 2) == b);
	check(t, rcu_list_delete(&list, 2));
	check(t, rcu_list_find(&list, 2) == NULL);
	/* from the deleted one, the way goes on */
	check(t, quarantine_is_live(b) && b->key == 2);
	check(t, rcu_dereference(&b->next) == c);
	check(t, rcu_dereference(&a->next) == c);
	rcu_read_unlock();
	rcu_barrier();
	check(t, !quarantine_is_live(b));
	check(t, quarantine_live() == 2);
	rcu_list_destroy(&list);
	check(t, quarantine_end() == 0);
}

/* --------------------------------------------------------------- torture */

/*
 * Readers look for a key that one writer deletes and inserts over and over.
 * What they found must be alive while they are readers.
 */
static struct atomic32 dead_seen, found;

#define READERS	3
#define ROUNDS	400

static void find_and_look(struct gang_member *m)
{
	struct rcu_list_node *node;

	rcu_read_lock();
	node = rcu_list_find(&list, 1);
	if (node) {
		bool dead = false;

		/* relaxed: counts */
		fetch_add_relaxed(&found, 1);
		for (unsigned i = 0; i < 4 && !dead; i++) {
			dead = !quarantine_is_live(node) || node->key != 1;
			cpu_delay(gang_random(m) % 64);
		}
		fetch_add_relaxed(&dead_seen, dead);
	}
	rcu_read_unlock();
}

static void read_or_write(struct gang_member *m)
{
	for (unsigned i = 0; i < ROUNDS && !load_acquire(&dead_seen); i++) {
		if (m->index) {
			find_and_look(m);
		} else {
			add(1);
			cpu_delay(gang_random(m) % 64);
			(void)!rcu_list_delete(&list, 1);
		}
		gang_step(m);
		if (i % 16 == 0)
			gang_chaos(m);
		if (i % 64 == 0)
			park(clock_ns());
	}
}

TEST("sync/rcu_list", test_rcu_list_readers_see_no_dead_node)
{
	static struct gang gang;

	begin();
	/* relaxed, both: nobody else is there */
	store_relaxed(&dead_seen, 0);
	store_relaxed(&found, 0);
	gang_start(&gang, 1 + READERS, read_or_write, test_random(t));
	check(t, gang_wait(&gang, PATIENT));
	check(t, load_acquire(&dead_seen) == 0);
	test_note(t, "%u found", load_acquire(&found));
	rcu_barrier();
	rcu_list_destroy(&list);
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
}

/* Twin: unlinks, and frees at once.  Staged: we are a reader meanwhile. */
static bool delete_and_free(struct rcu_list *l, uint64_t key)
{
	struct rcu_list_node *node = load_relaxed(&l->head);

	if (!node || node->key != key)
		return false;
	rcu_assign_pointer(&l->head, load_relaxed(&node->next));
	l->free(node);
	return true;
}

TEST("sync/rcu_list", test_rcu_list_twin_that_frees_at_once_is_caught)
{
	struct rcu_list_node *node;

	begin();
	node = add(1);
	rcu_read_lock();
	check(t, rcu_list_find(&list, 1) == node);
	check(t, delete_and_free(&list, 1));
	check(t, !quarantine_is_live(node));
	rcu_read_unlock();
	check(t, quarantine_end() == 0);
}
