/*
 * tests/checker/programs/counted.c - one takes a node out and lets it go, one
 * reads the link to it, and the node is handed out again.
 */
#include "sync/counted.h"

#include "kernel/mem.h"
#include "tests/checker/checker.h"

struct node {
	struct counted counted;
	uint32_t stamp;
};

static struct counted_pool pool;
static struct atomic_ptr place;

static void *alloc_chunk(size_t size)
{
	return mem_alloc(size);
}

static struct node *make(uint32_t stamp)
{
	struct node *node = counted_alloc(&pool);

	assert(node);
	node->stamp = stamp;
	return node;
}

static void read(void *unused)
{
	struct node *node = counted_read(&pool, &place);
	uint32_t stamp;

	(void)unused;
	assert(node);
	stamp = node->stamp;
	assert(stamp == 1 || stamp == 2);
	assert(node->stamp == stamp);
	counted_release(&pool, node);
}

/* The second new node may be the first old one again. */
static void swap(void *unused)
{
	struct node *old = counted_read(&pool, &place), *now = make(2);

	(void)unused;
	assert(counted_swap(&pool, &place, old, now));
	counted_release(&pool, old);
	counted_release(&pool, now);
	now = make(3);
	assert(now->stamp == 3);
	counted_release(&pool, now);
}

static void one_is_left(void)
{
	struct node *node = load_acquire(&place);

	assert(node->stamp == 2);
	assert(load_acquire(&node->counted.refs) == COUNTED_ONE);
	assert(counted_in_use(&pool) == 1);
}

void check_setup(void)
{
	struct node *node;

	counted_init(&pool, sizeof(struct node), alloc_chunk, mem_free);
	node = make(1);
	counted_set(&pool, &place, node);
	counted_release(&pool, node);
	check_thread("reader", read, NULL);
	check_thread("swapper", swap, NULL);
	check_finally(one_is_left);
}
