/*
 * tests/checker/programs/ttas.c - three CPUs take a lock that they watch before they try; one of
 * them only tries.
 */
#include "sync/ttas.h"

#include "tests/checker/checker.h"

static struct ttas lock;
static unsigned counter, tries;

static void add(void *unused)
{
	(void)unused;
	ttas_lock(&lock);
	counter++;
	ttas_unlock(&lock);
}

static void try_to_add(void *unused)
{
	(void)unused;
	if (!ttas_trylock(&lock))
		return;
	counter++;
	tries++;
	ttas_unlock(&lock);
}

static void all_added(void)
{
	assert(counter == 2 + tries);
	assert(ttas_trylock(&lock));
}

void check_setup(void)
{
	ttas_init(&lock);
	check_thread("first", add, NULL);
	check_thread("second", add, NULL);
	check_thread("third", try_to_add, NULL);
	check_finally(all_added);
}
