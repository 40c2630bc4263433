/*
 * tests/checker/programs/valois.c - 2 is inserted between 1 and 3 while both of
 * these are removed.
 */
#include "sync/valois.h"

#include "kernel/mem.h"
#include "tests/checker/checker.h"

static struct valois list;

static void *alloc_chunk(size_t size)
{
	return mem_alloc(size);
}

static void remove_low(void *unused)
{
	(void)unused;
	assert(valois_remove(&list, 1));
}

static void remove_high(void *unused)
{
	(void)unused;
	assert(valois_remove(&list, 3));
}

static void insert_between(void *unused)
{
	(void)unused;
	assert(valois_insert(&list, 2) == 0);
}

static void one_is_left(void)
{
	assert(!valois_contains(&list, 1));
	assert(valois_contains(&list, 2));
	assert(!valois_contains(&list, 3));
	assert(counted_in_use(&list.pool) == 3 + 2);
}

void check_setup(void)
{
	assert(valois_init(&list, alloc_chunk, mem_free) == 0);
	assert(valois_insert(&list, 1) == 0);
	assert(valois_insert(&list, 3) == 0);
	check_thread("removes 1", remove_low, NULL);
	check_thread("inserts 2", insert_between, NULL);
	check_thread("removes 3", remove_high, NULL);
	check_finally(one_is_left);
}
