/*
 * tests/checker/programs/brlock.c - a reader on each of two CPUs, and a writer
 * on the third.
 * Told "nested": a reader is interrupted by a reader while a writer comes.  The
 * reader's CPU is the last that the writer looks at: its look at any other is
 * followed by a fence.
 * Told "again": a reader that has to wait, and a writer that comes back: the
 * look at the gate after waiting.
 */
#include "sync/brlock.h"

#include "tests/checker/checker.h"

static struct brlock lock;
static unsigned left, right, changes;

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
	for (unsigned i = 0; i < changes; i++) {
		brlock_write_lock(&lock);
		left++;
		right++;
		brlock_write_unlock(&lock);
	}
}

void check_setup(void)
{
	char told = check_argument()[0];

	brlock_init(&lock);
	changes = told == 'a' ? 2 : 1;
	if (told != 'n')
		check_thread("reader", look, NULL);
	if (!told)
		check_thread("second reader", look, NULL);
	check_thread("writer", change, NULL);
	if (told == 'n') {
		check_thread("reader", look, NULL);
		check_interrupt(1, "handler", look, NULL);
	}
}
