/*
 * tests/checker/programs/rwsem.c - two writers and a reader, in any order.
 * Told "pair": one writer.
 */
#include "sync/rwsem.h"

#include "tests/checker/checker.h"

static struct rwsem lock;
static unsigned left, right, writers;

static void look(void *unused)
{
	(void)unused;
	rwsem_read_lock(&lock);
	assert(left == right);
	rwsem_read_unlock(&lock);
}

static void change(void *unused)
{
	(void)unused;
	rwsem_write_lock(&lock);
	left++;
	right++;
	rwsem_write_unlock(&lock);
}

static void all_changed(void)
{
	assert(left == writers);
	assert(rwsem_write_trylock(&lock));
}

void check_setup(void)
{
	rwsem_init(&lock);
	writers = check_argument()[0] ? 1 : 2;
	check_thread("reader", look, NULL);
	check_thread("writer", change, NULL);
	if (writers == 2)
		check_thread("second writer", change, NULL);
	check_finally(all_changed);
}
