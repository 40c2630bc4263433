/*
 * tests/checker/programs/brlock_nested.c - a reader is interrupted by a reader
 * while a writer comes.  The reader's CPU is the last that the writer looks at:
 * its look at any other is followed by a fence.
 */
#include "sync/brlock.h"

#include "tests/checker/checker.h"

static struct brlock lock;
static unsigned left, right;

static void look(void *unused)
{
	(void)unused;
	brlock_read_lock(&lock);
	assert(left == right);
	brlock_read_unlock(&lock);
}

static void change(void *unused)
{
	(void)unused;
	brlock_write_lock(&lock);
	left++;
	right++;
	brlock_write_unlock(&lock);
}

void check_setup(void)
{
	brlock_init(&lock);
	check_thread("writer", change, NULL);
	check_thread("reader", look, NULL);
	check_interrupt(1, "handler", look, NULL);
}
