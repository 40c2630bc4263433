/*
 * tests/checker/programs/phase_fair.c - a reader and two writers of a
 * phase-fair lock.
 */
#include "sync/phase_fair.h"

#include "tests/checker/checker.h"

static struct phase_fair lock;
static unsigned left, right;

static void look(void *unused)
{
	(void)unused;
	phase_fair_read_lock(&lock);
	assert(left == right);
	phase_fair_read_unlock(&lock);
}

static void change(void *unused)
{
	(void)unused;
	phase_fair_write_lock(&lock);
	left++;
	right++;
	phase_fair_write_unlock(&lock);
}

static void all_changed(void)
{
	assert(left == 2);
}

void check_setup(void)
{
	phase_fair_init(&lock);
	check_thread("reader", look, NULL);
	check_thread("writer", change, NULL);
	check_thread("second writer", change, NULL);
	check_finally(all_changed);
}
