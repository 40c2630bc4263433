/*
 * tests/sync/test_lockstat.c - what is counted, and by which class.
 */
#include "sync/lockstat.h"

#include "kernel/test.h"
#include "sync/lockdep.h"
#include "sync/spinlock.h"

#define CLASS	(LOCKDEP_CLASSES - 1)	/* that no lock has yet */

TEST("sync/lockstat", test_lockstat_adds_up_and_keeps_the_most)
{
	struct lockstat before, after;

	lockstat_read(CLASS, &before);
	lockstat_got(CLASS, false, 0);
	lockstat_let_go(CLASS, 5);
	lockstat_got(CLASS, true, 700);
	lockstat_let_go(CLASS, 3);
	lockstat_got(CLASS, true, 600);
	lockstat_let_go(CLASS, 4);
	lockstat_read(CLASS, &after);
	check(t, after.acquired - before.acquired == 3);
	check(t, after.contended - before.contended == 2);
	check(t, after.wait_ns - before.wait_ns == 1300);
	check(t, after.hold_ns - before.hold_ns == 12);
	check(t, after.wait_max_ns == 700 && after.hold_max_ns == 5);
	lockstat_clear();
	lockstat_read(CLASS, &after);
	check(t, !after.acquired && !after.contended);
	check(t, !after.wait_ns && !after.wait_max_ns);
	check(t, !after.hold_ns && !after.hold_max_ns);
}

TEST("sync/lockstat", test_lockstat_counts_each_acquisition)
{
	static struct spinlock lock = SPINLOCK_INIT;
	struct lockstat before, after;
	unsigned class;

	if (!watch_on()) {
		test_skip(t, "nobody watches: watch=off");
		return;
	}
	class = lockdep_class_of(&kernel_lockdep, &lock, WATCH_SPIN, 0);
	lockstat_read(class, &before);
	for (unsigned i = 0; i < 100; i++) {
		spin_lock(&lock);
		spin_unlock(&lock);
	}
	lockstat_read(class, &after);
	check(t, after.acquired - before.acquired == 100);
	check(t, after.contended == before.contended);
	check(t, after.hold_max_ns <= after.hold_ns);
}
