/*
 * tests/checker/programs/rcu_list.c - a reader looks for the last of three
 * while the one before it is deleted and another is inserted in front.
 *
 * The grace period is that of one reader who says when he is inside; whoever
 * frees waits for it at once.
 */
#include "sync/rcu_list.h"

#include "arch/cpu.h"
#include "kernel/mem.h"

#include "tests/checker/checker.h"

static struct rcu_list list;
static struct atomic32 inside;

void call_rcu(struct rcu_head *head, void (*fn)(struct rcu_head *head))
{
	fence_seq_cst();		/* pairs with the reader's */
	while (load_acquire(&inside) == 1)
		cpu_relax();
	fn(head);
}

static void insert(uint64_t key)
{
	assert(rcu_list_insert(&list, mem_alloc(sizeof(struct rcu_list_node)),
			       key));
}

static void look(void *unused)
{
	struct rcu_list_node *node;

	(void)unused;
	store_release(&inside, 1);
	fence_seq_cst();		/* pairs with call_rcu()'s */
	node = rcu_list_find(&list, 1);
	assert(node && node->key == 1);
	store_release(&inside, 2);
}

static void delete(void *unused)
{
	(void)unused;
	assert(rcu_list_delete(&list, 2));
}

static void insert_one(void *unused)
{
	(void)unused;
	insert(4);
}

static void all_is_there(void)
{
	for (uint64_t key = 1; key < 5; key++)
		assert(!rcu_list_find(&list, key) == (key == 2));
	rcu_list_destroy(&list);
}

void check_setup(void)
{
	rcu_list_init(&list, mem_free);
	for (uint64_t key = 1; key < 4; key++)
		insert(key);
	check_thread("reader", look, NULL);
	check_thread("deleter", delete, NULL);
	check_thread("inserter", insert_one, NULL);
	check_finally(all_is_there);
}
