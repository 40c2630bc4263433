/*
 * tests/sync/test_spinlock.c - each line of sync/spinlock.h's Guarantees.
 *
 * The staged order: waiter k + 1 asks only after waiter k is seen queued, so
 * that a lock which is not FIFO is caught every time, not by luck.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/preempt.h"
#include "sync/spinlock.h"
#include "tests/crew.h"

/*
 * In all, shared by the crew: with more virtual CPUs than cores, a FIFO lock
 * waits at each hand-over until the host runs the next in line.
 */
#define ROUNDS	1024

static struct spinlock lock = SPINLOCK_INIT;
static uint64_t plain;		/* under lock */
static struct atomic32 inside, overlaps;

static void add_under_lock(unsigned member)
{
	for (unsigned i = member; i < ROUNDS; i += crew_size()) {
		spin_lock(&lock);
		/* relaxed: counts only; the lock is what is being tested */
		if (fetch_add_relaxed(&inside, 1))
			fetch_add_relaxed(&overlaps, 1); /* relaxed: as above */
		plain++;
		fetch_add_relaxed(&inside, -1);	/* relaxed: as above */
		spin_unlock(&lock);
	}
}

TEST("sync/spinlock", test_spinlock_excludes)
{
	unsigned n = crew_size();

	plain = 0;
	store_relaxed(&overlaps, 0);	/* relaxed: before the crew starts */
	crew_run(n, add_under_lock);
	/* relaxed: the crew has been joined */
	check(t, load_relaxed(&overlaps) == 0);
	check(t, plain == ROUNDS);
}

static struct atomic32 turn;	/* who may ask */
static uint32_t order[NR_CPUS];
static unsigned entered;	/* under lock */

static void ask_in_turn(unsigned member)
{
	while (load_acquire(&turn) != member)
		cpu_relax();
	spin_lock(&lock);
	order[entered++] = member;
	spin_unlock(&lock);
}

static void stage(unsigned member)
{
	if (member) {
		ask_in_turn(member);
		return;
	}
	spin_lock(&lock);
	for (unsigned k = 1; k < crew_size(); k++) {
		/* relaxed: nobody draws until we let k go */
		uint32_t drawn = load_relaxed(&lock.next);

		store_release(&turn, k);
		/* relaxed: waiting to see the ticket drawn, nothing else */
		while (load_relaxed(&lock.next) == drawn)
			cpu_relax();
	}
	spin_unlock(&lock);
}

TEST("sync/spinlock", test_spinlock_is_fifo)
{
	unsigned n = crew_size();

	entered = 0;
	store_relaxed(&turn, 0);	/* relaxed: before the crew starts */
	crew_run(n, stage);
	for (unsigned k = 1; k < n; k++)
		check(t, order[k - 1] == k);
}

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

TEST("sync/spinlock", test_spinlock_survives_the_wrap_of_its_tickets)
{
	struct spinlock l = { ATOMIC32(UINT32_MAX), ATOMIC32(UINT32_MAX) };

	for (unsigned i = 0; i < 3; i++) {
		spin_lock(&l);
		check(t, spin_is_locked(&l));
		check(t, !spin_trylock(&l));
		spin_unlock(&l);
		check(t, !spin_is_locked(&l));
	}
}

TEST("sync/spinlock", test_spinlock_irqsave_restores_what_it_found)
{
	bool before = irqs_enabled();
	uint64_t outer = spin_lock_irqsave(&lock);

	spin_unlock_irqrestore(&lock, outer);
	check(t, irqs_enabled() == before);
}
