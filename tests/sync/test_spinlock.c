/*
 * tests/sync/test_spinlock.c - what is the everyday spin lock's own; what it
 * shares with the others is in tests/sync/test_lock_ops.c.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/preempt.h"
#include "sync/spinlock.h"

static struct spinlock lock = SPINLOCK_INIT;

TEST("sync/spinlock", test_spinlock_trylock_takes_only_a_free_lock)
{
	bool got = spin_trylock(&lock);

	check(t, got);
	check(t, spin_is_locked(&lock));
	check(t, !spin_trylock(&lock));
	if (got)
		spin_unlock(&lock);
	check(t, !spin_is_locked(&lock));
	check(t, preemptible());
}

TEST("sync/spinlock", test_spinlock_is_four_bytes_that_begin_as_zeroes)
{
	static struct spinlock zeroed;
	struct spinlock used;

	check(t, sizeof(struct spinlock) == 4);
	spin_lock(&zeroed);
	check(t, !spin_trylock(&zeroed));
	spin_unlock(&zeroed);
	__builtin_memset(&used, 0xa5, sizeof(used));
	spin_init(&used);
	check(t, !spin_is_locked(&used) && !spin_last(&used));
	spin_lock_raw(&used);
	check(t, spin_is_locked(&used));
	spin_unlock_raw(&used);
	check(t, !spin_is_locked(&used));
}

TEST("sync/spinlock", test_nobody_overtakes_the_queue)
{
	/* unlocked a moment ago, and the first in line has yet to see it */
	struct spinlock l = { { ATOMIC32(4 << 16) } };

	check(t, !spin_is_locked(&l) && spin_last(&l) == 4);
	check(t, !spin_trylock(&l));
	check(t, !spin_is_locked(&l) && spin_last(&l) == 4);
}

TEST("sync/spinlock", test_spinlock_irqsave_restores_what_it_found)
{
	bool before = irqs_enabled();
	uint64_t outer = spin_lock_irqsave(&lock);

	spin_unlock_irqrestore(&lock, outer);
	check(t, irqs_enabled() == before);
}
