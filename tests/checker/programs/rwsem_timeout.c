/*
 * tests/checker/programs/rwsem_timeout.c - a reader stays inside until another
 * has come in, and between the two in the queue a writer may stand: when it
 * gives up it lets in who is behind it.
 */
#include "sync/rwsem.h"

#include "arch/cpu.h"

#include "tests/checker/checker.h"

static struct rwsem lock;
static struct atomic32 entered;

static void stay(void *unused)
{
	(void)unused;
	rwsem_read_lock(&lock);
	/* relaxed: nothing is handed over */
	while (!load_relaxed(&entered))
		cpu_relax();
	rwsem_read_unlock(&lock);
}

static void follow(void *unused)
{
	(void)unused;
	rwsem_read_lock(&lock);
	store_relaxed(&entered, 1);	/* relaxed: as above */
	rwsem_read_unlock(&lock);
}

static void give_up(void *unused)
{
	(void)unused;
	if (rwsem_write_lock_timeout(&lock, 1))
		rwsem_write_unlock(&lock);
}

static void it_is_free(void)
{
	assert(rwsem_write_trylock(&lock));
}

void check_setup(void)
{
	rwsem_init(&lock);
	check_time(1);
	check_thread("reader", stay, NULL);
	check_thread("impatient", give_up, NULL);
	check_thread("second reader", follow, NULL);
	check_finally(it_is_free);
}
