/*
 * tests/checker/programs/refcount.c - two give up, one tries to get.
 */
#include "sync/refcount.h"

#include "tests/checker/checker.h"

static struct refcount refs;
static unsigned object;		/* each holder's use; then the freer's */
static struct atomic32 freed;

static void give_up(void)
{
	if (refcount_dec_and_test(&refs)) {
		object = 1;
		assert(fetch_add_relaxed(&freed, 1) == 0);
	}
}

static void use_and_give_up(void *unused)
{
	(void)unused;
	assert(object == 0);
	give_up();
}

static void get(void *unused)
{
	(void)unused;
	if (!refcount_inc_not_zero(&refs))
		return;
	assert(object == 0);
	give_up();
}

static void freed_once(void)
{
	assert(load_relaxed(&freed) == 1);
	assert(refcount_read(&refs) == 0);
}

void check_setup(void)
{
	refcount_init(&refs, 2);
	check_thread("first", use_and_give_up, NULL);
	check_thread("second", use_and_give_up, NULL);
	check_thread("third", get, NULL);
	check_finally(freed_once);
}
