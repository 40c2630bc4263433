/*
 * tests/checker/programs/rcu_hash.c - a table grows from one bucket to two
 * and shrinks again, while a reader looks for what is always there, and a
 * writer inserts.  --arg=long: the reader looks for both nodes.
 *
 * The locks are the checker's.  The grace period is that of one reader who says
 * when he is inside.
 */
#include "sync/rcu_hash.h"

#include "arch/cpu.h"
#include "kernel/mem.h"
#include "tests/checker/checker.h"

static struct rcu_hash table;
static struct rcu_hash_node node[2], late[2];
static struct atomic32 inside;
static struct check_lock lock;
static bool is_long;

uint64_t spin_lock_irqsave(struct spinlock *l)
{
	(void)l;
	check_lock(&lock);
	return 0;
}

void spin_unlock_irqrestore(struct spinlock *l, uint64_t was)
{
	(void)l;
	(void)was;
	check_unlock(&lock);
}

/* One thread resizes, so nobody else wants them. */
void mutex_init(struct mutex *m)
{
	(void)m;
}

void mutex_lock(struct mutex *m)
{
	(void)m;
}

void mutex_unlock(struct mutex *m)
{
	(void)m;
}

void synchronize_rcu(void)
{
	fence_seq_cst();		/* pairs with the reader's */
	while (load_acquire(&inside) == 1)
		cpu_relax();
}

static void read(void *unused)
{
	(void)unused;
	store_release(&inside, 1);
	fence_seq_cst();		/* pairs with synchronize_rcu()'s */
	/* the one at the end of its bucket */
	assert(rcu_hash_find(&table, 0) == &node[0]);
	if (is_long)
		assert(rcu_hash_find(&table, 1) == &node[1]);
	store_release(&inside, 2);
}

static void insert(void *unused)
{
	(void)unused;
	/* of two buckets, one goes into each */
	assert(rcu_hash_insert(&table, &late[0], 3));
	assert(rcu_hash_insert(&table, &late[1], 7));
}

static void resize(void *unused)
{
	(void)unused;
	assert(rcu_hash_resize(&table, 1) == 0);
	assert(rcu_hash_resize(&table, 0) == 0);
}

static void all_is_there(void)
{
	for (uint64_t key = 0; key < ARRAY_LEN(node); key++)
		assert(rcu_hash_find(&table, key) == &node[key]);
	assert(rcu_hash_find(&table, 3) == &late[0]);
	assert(rcu_hash_find(&table, 7) == &late[1]);
	assert(rcu_hash_count(&table) == ARRAY_LEN(node) + ARRAY_LEN(late));
}

void check_setup(void)
{
	is_long = check_argument()[0] == 'l';
	assert(rcu_hash_init(&table, 0) == 0);
	for (uint64_t key = 0; key < ARRAY_LEN(node); key++)
		assert(rcu_hash_insert(&table, &node[key], key));
	check_thread("resizer", resize, NULL);
	check_thread("writer", insert, NULL);
	check_thread("reader", read, NULL);
	check_finally(all_is_there);
}
