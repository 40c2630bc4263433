/*
 * tests/checker/programs/rwlock.c - a reader, a writer, and a writer
 * that only tries.
 */
#include "sync/rwlock.h"

#include "tests/checker/checker.h"

static struct rwlock lock;
static unsigned left, right, tries;

static void look(void *unused)
{
	(void)unused;
	rwlock_read_lock(&lock);
	assert(left == right);
	rwlock_read_unlock(&lock);
}

static void change(void *unused)
{
	(void)unused;
	rwlock_write_lock(&lock);
	left++;
	right++;
	rwlock_write_unlock(&lock);
}

static void try_to_change(void *unused)
{
	(void)unused;
	if (!rwlock_write_trylock(&lock))
		return;
	left++;
	right++;
	tries++;
	rwlock_write_unlock(&lock);
}

static void all_changed(void)
{
	assert(left == 1 + tries);
	assert(rwlock_write_trylock(&lock));
}

void check_setup(void)
{
	rwlock_init(&lock);
	check_thread("reader", look, NULL);
	check_thread("writer", change, NULL);
	check_thread("trier", try_to_change, NULL);
	check_finally(all_changed);
}
