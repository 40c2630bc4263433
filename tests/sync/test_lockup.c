/*
 * tests/sync/test_lockup.c - what is too long; its reports are looked at from
 * outside, by tests/host/test_watch.py.
 */
#include "sync/lockup.h"

#include "arch/clock.h"
#include "kernel/test.h"
#include "sync/self.h"

TEST("sync/lockup", test_lockup_limits_can_be_set)
{
	uint64_t spin = lockup_limit(LOCKUP_SPIN);
	uint64_t hung = lockup_limit(LOCKUP_HUNG);

	check(t, spin && hung);
	lockup_set_limit(LOCKUP_SPIN, 2 * spin);
	check(t, lockup_limit(LOCKUP_SPIN) == 2 * spin);
	check(t, lockup_limit(LOCKUP_HUNG) == hung);
	lockup_set_limit(LOCKUP_SPIN, spin);
}

TEST("sync/lockup", test_lockup_short_wait_is_not_told)
{
	uint64_t told = sync_self()->told_ns;

	lockup_spinning(&told, clock_ns());
	check(t, sync_self()->told_ns == told);
}

/* Nobody waits here: a look finds nothing, and a second one is not hindered. */
TEST("sync/lockup", test_lockup_look_ends)
{
	lockup_look(clock_ns());
	lockup_look(clock_ns());
	check(t, lockup_limit(LOCKUP_HUNG) > 0);
}
