/*
 * tests/sync/test_locks_staged.c - fairness, with the first in line held back
 * by an interrupt: a lock that anybody may take is then taken by another, each
 * time.
 *
 * Ordering    [A] held: the handler -> the holder; free: the holder -> it.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sched/call_function.h"
#include "sync/lock_ops.h"
#include "sync/ttas.h"
#include "tests/crew.h"
#include "tests/sync/lock_trial.h"

/*
 * A call that is answered shows that a CPU has come round.  Between two of
 * them its waiter looks at the lock, unless it backs off; so, many.
 */
#define CALLS	64
#define STAGES	8

static struct atomic32 held, may_go;

static void stand_still(void *unused)
{
	(void)unused;
	store_release(&held, 1);			/* [A] */
	while (!load_acquire(&may_go))			/* [A] */
		cpu_relax();
	store_release(&held, 0);			/* [A] */
}

static void hold(unsigned cpu)
{
	struct cpumask there = { 0 };

	cpumask_set(&there, cpu);
	store_release(&may_go, 0);			/* [A] */
	/* memory is short for a while only */
	while (call_function(&there, stand_still, NULL, false))
		cpu_relax();
	while (!load_acquire(&held))			/* [A] */
		cpu_relax();
}

static void answer(void *unused)
{
	(void)unused;
}

static void chance(const unsigned *cpus, unsigned n)
{
	struct cpumask others = { 0 };

	for (unsigned i = 0; i < n; i++)
		cpumask_set(&others, cpus[i]);
	for (unsigned i = 0; i < CALLS && !trial_entered(); i++) {
		if (call_function(&others, answer, NULL, true))
			continue;
		cpu_delay(TTAS_DELAY_MAX / 8);
	}
}

static void let_go(void)
{
	store_release(&may_go, 1);			/* [A] */
	while (load_acquire(&held))			/* [A] */
		cpu_relax();
}

static const struct trial_hold by_interrupt = { hold, chance, let_go };

TEST("sync/locks_staged", test_fifo_locks_wait_for_who_is_held_back)
{
	if (crew_size() < 3) {
		test_skip(t, "needs three CPUs");
		return;
	}
	for (unsigned i = 0; i < lock_count; i++) {
		const struct lock_ops *ops = &lock_table[i];

		if (ops->flags & LOCK_FIFO &&
		    !check(t, !lock_stage(ops, test_random(t), crew_size() - 1,
					  &by_interrupt)))
			test_note(t, "%s", ops->name);
	}
}

/* sync/ttas.c, and a count of who asks. */
struct counted {
	struct ttas lock;
	struct atomic32 asked;
};

static void counted_init(void *lock)
{
	struct counted *l = lock;

	ttas_init(&l->lock);
	store_relaxed(&l->asked, 0);
}

static void counted_lock(void *lock)
{
	struct counted *l = lock;

	fetch_add_relaxed(&l->asked, 1);
	ttas_lock(&l->lock);
}

static void counted_unlock(void *lock)
{
	ttas_unlock(&((struct counted *)lock)->lock);
}

static uintptr_t counted_last(const void *lock)
{
	return load_relaxed(&((const struct counted *)lock)->asked);
}

static const struct lock_ops ttas_counted = {
	"ttas", sizeof(struct counted), LOCK_FIFO, counted_init, counted_lock,
	NULL, counted_unlock, counted_last,
};

TEST("sync/locks_staged", test_ttas_is_not_fair_each_time)
{
	if (crew_size() < 3) {
		test_skip(t, "needs three CPUs");
		return;
	}
	for (unsigned i = 0; i < STAGES; i++)
		check(t, lock_stage(&ttas_counted, test_random(t),
				    crew_size() - 1, &by_interrupt) ==
			 TRIAL_ORDER);
}
