/*
 * tests/checker/programs/tas.c - three CPUs take a test-and-set lock; one of
 * them only tries.
 */
#include "sync/tas.h"

#include "tests/checker/checker.h"

static struct tas lock;
static unsigned counter, tries;

static void add(void *unused)
{
	(void)unused;
	tas_lock(&lock);
	counter++;
	tas_unlock(&lock);
}

static void try_to_add(void *unused)
{
	(void)unused;
	if (!tas_trylock(&lock))
		return;
	counter++;
	tries++;
	tas_unlock(&lock);
}

static void all_added(void)
{
	assert(counter == 2 + tries);
	assert(tas_trylock(&lock));
}

void check_setup(void)
{
	tas_init(&lock);
	check_thread("first", add, NULL);
	check_thread("second", add, NULL);
	check_thread("third", try_to_add, NULL);
	check_finally(all_added);
}
