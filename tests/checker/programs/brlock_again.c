/*
 * tests/checker/programs/brlock_again.c - a reader that has to wait, and a
 * writer that comes back: the look at the gate after waiting.
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

static void change_twice(void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < 2; i++) {
		brlock_write_lock(&lock);
		left++;
		right++;
		brlock_write_unlock(&lock);
	}
}

void check_setup(void)
{
	brlock_init(&lock);
	check_thread("reader", look, NULL);
	check_thread("writer", change_twice, NULL);
}
