/*
 * tests/checker/programs/mcs.c - four CPUs take an MCS lock; the nodes are on
 * their stacks, and gone when they have unlocked.
 */
#include "sync/mcs.h"

#include "tests/checker/checker.h"

static struct mcs lock;
static unsigned counter;

static never_inline void add_with_node(void)
{
	struct mcs_node mine;

	mcs_lock(&lock, &mine);
	counter++;
	mcs_unlock(&lock, &mine);
}

static void add(void *unused)
{
	(void)unused;
	add_with_node();
}

static void all_added(void)
{
	struct mcs_node mine;

	assert(counter == 4);
	assert(mcs_trylock(&lock, &mine));
}

void check_setup(void)
{
	mcs_init(&lock);
	check_thread("first", add, NULL);
	check_thread("second", add, NULL);
	check_thread("third", add, NULL);
	check_thread("fourth", add, NULL);
	check_finally(all_added);
}
