/*
 * tests/sync/test_ttas.c - what is the backing-off lock's own; what it shares
 * with the others is in tests/sync/test_lock_ops.c.
 *
 * Ordering    [A] the waiter's store of asking, got -> the holder's load.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/preempt.h"
#include "sync/ttas.h"
#include "tests/crew.h"

static struct ttas lock = TTAS_INIT;
static struct atomic32 asking, got;

TEST("sync/ttas", test_ttas_is_held_by_one)
{
	check(t, ttas_trylock(&lock));
	check(t, !ttas_trylock(&lock));
	ttas_unlock(&lock);
	ttas_lock(&lock);
	check(t, !ttas_trylock(&lock));
	ttas_init(&lock);
	check(t, ttas_trylock(&lock));
	ttas_unlock(&lock);
	check(t, sizeof(lock) == 4);
}

static void hold_until_it_asks(void)
{
	ttas_lock(&lock);
	while (!load_acquire(&asking))		/* [A] */
		cpu_relax();
	/* longer than all delays together until the longest */
	cpu_delay(4 * TTAS_DELAY_MAX);
	ttas_unlock(&lock);
	while (!load_acquire(&got))		/* [A] */
		cpu_relax();
}

static void hold_or_wait(unsigned member)
{
	preempt_disable();
	if (member == 0) {
		hold_until_it_asks();
	} else {
		while (ttas_trylock(&lock)) {
			ttas_unlock(&lock);	/* not held yet */
			cpu_relax();
		}
		store_release(&asking, 1);	/* [A] */
		ttas_lock(&lock);
		store_release(&got, 1);		/* [A] */
		ttas_unlock(&lock);
	}
	preempt_enable();
}

TEST("sync/ttas", test_ttas_enters_after_backing_off_for_long)
{
	if (crew_size() < 2) {
		test_skip(t, "needs two CPUs");
		return;
	}
	store_relaxed(&asking, 0);
	store_relaxed(&got, 0);
	crew_run(2, hold_or_wait);
	check(t, ttas_trylock(&lock));
	ttas_unlock(&lock);
}
