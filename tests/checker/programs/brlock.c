/*
 * tests/checker/programs/brlock.c - a reader on each of two CPUs, and a writer
 * on the third.
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
	check_thread("reader", look, NULL);
	check_thread("second reader", look, NULL);
	check_thread("writer", change, NULL);
}
