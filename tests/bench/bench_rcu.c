/*
 * tests/bench/bench_rcu.c - grace periods on a machine that is otherwise idle,
 * and in a hurry on one whose other CPUs all compute.
 *
 * Ordering    [A] a thread's store of computing -> who counts them.
 *             [B] the store of over -> the threads' load.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/cpumask.h"
#include "arch/x86_64/marker.h"
#include "kernel/config.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "sched/thread.h"
#include "sync/rcu.h"
#include "sync/rcu_state.h"
#include "tests/bench/bench.h"
#include "tests/bench/busy.h"
#include "tests/bench/marks.h"

#define ROUNDS	20
#define HURRIES	5
#define MS	1000000UL

int bench_rcu(void)
{
	struct rcu_look before, after;
	unsigned whole = 0;

	rcu_look(&before);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t cookie;

		thread_sleep(clock_ns() + MS);	/* until the others idle */
		cookie = get_state_synchronize_rcu();
		marker(MARKER_RCU_READ);
		rcu_read_lock();
		rcu_read_unlock();
		marker(MARKER_RCU_READ_END);
		marker(MARKER_RCU);
		synchronize_rcu();
		marker(MARKER_RCU_END);
		whole += poll_state_synchronize_rcu(cookie);
		thread_sleep(clock_ns() + MS);
		marker(MARKER_RCU_HURRY);
		synchronize_rcu_expedited();
		marker(MARKER_RCU_HURRY_END);
	}
	rcu_look(&after);
	/* an idle CPU is never asked */
	return whole == ROUNDS && after.asked - before.asked <= ROUNDS
		? 0 : -EBUSY;
}

static struct atomic32 computing, over;

/* Neither in a reader nor switching: an IPI makes it report. */
static void compute(void *unused)
{
	(void)unused;
	fetch_add_release(&computing, 1);		/* [A] */
	while (!load_acquire(&over))			/* [B] */
		cpu_relax();
}

struct thread *start_on(unsigned cpu, void (*fn)(void *unused))
{
	struct cpumask mask;
	struct thread_spec spec = { .name = "bench-is-busy", .fn = fn,
				    .affinity = &mask, .prio = PRIO_DEFAULT };

	cpumask_zero(&mask);
	cpumask_set(&mask, cpu);
	return thread_create(&spec);
}

int stay_on_the_first(void)
{
	struct cpumask mask;

	cpumask_zero(&mask);
	cpumask_set(&mask, 0);
	return thread_set_affinity(thread_self(), &mask);
}

/* How many IPIs it took. */
static uint64_t hurry_beside(unsigned busy)
{
	struct rcu_look before, after;

	/* ended by the threads, each of which has a CPU to itself */
	while (load_acquire(&computing) < busy)		/* [A] */
		thread_sleep(clock_ns() + MS);
	rcu_look(&before);
	for (unsigned i = 0; i < HURRIES; i++) {
		marker(MARKER_RCU_BUSY);
		synchronize_rcu_expedited();
		marker(MARKER_RCU_BUSY_END);
	}
	rcu_look(&after);
	return after.asked - before.asked;
}

int bench_rcu_busy(void)
{
	static struct thread *threads[NR_CPUS];
	unsigned busy = 0;
	uint64_t asked = 0;
	int error = stay_on_the_first();

	if (error)
		return error;
	/* relaxed: the threads do not exist yet */
	store_relaxed(&computing, 0);
	store_relaxed(&over, 0);			/* relaxed: as above */
	for (unsigned cpu = 1; cpu < NR_CPUS; cpu++)
		if (cpumask_test(&cpus_online, cpu)
		    && (threads[busy] = start_on(cpu, compute)))
			busy++;
	if (busy)
		asked = hurry_beside(busy);
	store_release(&over, 1);			/* [B] */
	for (unsigned i = 0; i < busy; i++)
		thread_join(threads[i]);
	console_printf("%u busy, %u grace periods, %lu asked\n", busy, HURRIES,
		       asked);
	error = thread_set_affinity(thread_self(), &cpus_possible);
	return busy ? error : -ENOMEM;
}
