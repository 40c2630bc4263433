/*
 * tests/bench/bench_rcu.c - grace periods on a machine that is otherwise idle.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/x86_64/marker.h"
#include "kernel/errno.h"
#include "sched/thread.h"
#include "sync/rcu.h"
#include "sync/rcu_state.h"
#include "tests/bench/bench.h"
#include "tests/bench/marks.h"

#define ROUNDS	20
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
