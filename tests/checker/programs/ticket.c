/*
 * tests/checker/programs/ticket.c - three CPUs take a ticket lock, one of them
 * twice.
 */
#include "sync/ticket.h"

#include "tests/checker/checker.h"

static struct ticket lock;
static unsigned counter;

static void add(void *unused)
{
	(void)unused;
	ticket_lock(&lock);
	counter++;
	ticket_unlock(&lock);
}

static void all_added(void)
{
	assert(counter == 3);
}

void check_setup(void)
{
	ticket_init(&lock);
	check_thread("first", add, NULL);
	check_thread("second", add, NULL);
	check_thread("third", add, NULL);
	check_finally(all_added);
}
