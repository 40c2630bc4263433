/*
 * tests/checker/programs/spinlock.c - three CPUs take the queued spin lock.
 */
#include "sync/spinlock.h"

#include "tests/checker/checker.h"

static struct spinlock lock;
static unsigned counter;

static void add(void *unused)
{
	(void)unused;
	spin_lock(&lock);
	counter++;
	spin_unlock(&lock);
}

static void all_added(void)
{
	assert(counter == 3);
	assert(spin_trylock(&lock));
}

void check_setup(void)
{
	spin_init(&lock);
	check_thread("first", add, NULL);
	check_thread("second", add, NULL);
	check_thread("third", add, NULL);
	check_finally(all_added);
}
