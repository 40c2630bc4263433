/*
 * tests/sync/test_rcu_stall.c - a reader that does not leave is told about.
 *
 * Ordering    [A] inside: the reader has entered, and told_before is known.
 *             [B] gone: it has left.
 */
#include "sync/rcu_stall.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "kernel/test.h"
#include "sync/rcu.h"
#include "sync/rcu_state.h"
#include "tests/sync/gang.h"

#define LIMIT	(5 * MS)
#define TURNS	4000000		/* far more than the report takes */

static struct atomic32 inside, gone;
static uint32_t told_before;

/* Ended by the report that this very loop provokes, its own CPU's. */
static void read_until_told(void *unused)
{
	(void)unused;
	rcu_read_lock();
	told_before = rcu_told(cpu_id());
	store_release(&inside, 1);			/* [A] */
	for (unsigned i = 0; i < TURNS; i++) {
		if (rcu_told(cpu_id()) != told_before)
			break;
		cpu_delay(10);
	}
	rcu_read_unlock();
	store_release(&gone, 1);			/* [B] */
}

static bool is_set(void *word)
{
	return load_acquire((struct atomic32 *)word);
}

TEST("sync/rcu_stall", test_rcu_stall_is_told_and_the_machine_goes_on)
{
	unsigned cpu = cpumask_next(&cpus_online, 1);
	struct cpumask only = { 0 };
	struct thread *thread;
	uint64_t was, stalls;

	if (cpu == NR_CPUS) {
		test_skip(t, "who holds it up needs a CPU of its own");
		return;
	}
	/* relaxed, both: nobody is there yet */
	store_relaxed(&inside, 0);
	store_relaxed(&gone, 0);
	was = rcu_stall_set(LIMIT);
	stalls = rcu_stall_count();
	cpumask_set(&only, cpu);
	thread = thread_spawn(read_until_told, NULL, &only);
	assert(thread);
	thread_put(thread);
	check(t, wait_until_holds(is_set, &inside, PATIENT));	/* [A] */
	synchronize_rcu();
	check(t, rcu_told(cpu) > told_before);
	check(t, rcu_stall_count() > stalls);
	check(t, wait_until_holds(is_set, &gone, PATIENT));	/* [B] */
	rcu_stall_set(was);
	synchronize_rcu();
}
