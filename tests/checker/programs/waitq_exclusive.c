/*
 * tests/checker/programs/waitq_exclusive.c - two wait for a unit each, one of
 * them until a deadline; when both have come, a unit is there for each.
 */
#include "sync/waitq.h"

#include "arch/atomic.h"

#include "tests/checker/checker.h"

static struct waitq queue;
static struct atomic32 units, taken;

static bool take(void *unused)
{
	uint32_t n = load_acquire(&units);

	(void)unused;
	while (n)
		if (cas_acq_rel(&units, &n, n - 1))
			return true;
	return false;
}

static void wait(void *unused)
{
	(void)unused;
	wait_exclusive(&queue, take, NULL);
	fetch_add_relaxed(&taken, 1);
}

static void wait_a_while(void *unused)
{
	(void)unused;
	if (wait_exclusive_timeout(&queue, take, NULL, 1))
		fetch_add_relaxed(&taken, 1);
}

static void give(void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < 2; i++) {
		fetch_add_acq_rel(&units, 1);
		waitq_wake_one(&queue);
	}
}

static void none_is_lost(void)
{
	assert(load_relaxed(&units) + load_relaxed(&taken) == 2);
	assert(!waitq_count(&queue));
}

void check_setup(void)
{
	waitq_init(&queue);
	check_time(1);
	check_thread("waiter", wait, NULL);
	check_thread("impatient", wait_a_while, NULL);
	check_thread("giver", give, NULL);
	check_finally(none_is_lost);
}
