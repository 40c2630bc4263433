/*
 * tests/sync/test_tas.c - what is the test-and-set lock's own; what it shares
 * with the others is in tests/sync/test_lock_ops.c.
 */
#include "kernel/test.h"
#include "sync/tas.h"

TEST("sync/tas", test_tas_is_held_by_one)
{
	struct tas l = TAS_INIT;

	check(t, tas_trylock(&l));
	check(t, !tas_trylock(&l));
	check(t, !tas_trylock(&l));	/* the failed one took nothing */
	tas_unlock(&l);
	tas_lock(&l);
	check(t, !tas_trylock(&l));
	tas_unlock(&l);
	check(t, tas_trylock(&l));
}

TEST("sync/tas", test_tas_init_frees_what_was_held)
{
	struct tas l = { ATOMIC32(1) };

	tas_init(&l);
	check(t, tas_trylock(&l));
	check(t, sizeof(l) == 4);
}
