/*
 * tests/bench/bench.h - what the command `bench` can run.
 *
 * Guarantees  Each runs its rounds between two markers (tests/bench/marks.h)
 *             and returns 0, or a negative errno when a round was not what it
 *             claims to be, so that a number is never printed for nothing.
 * Context     A thread that may sleep.
 * See         tools/bench.py
 */
#pragma once

int bench_yield(void);		/* to another thread of the CPU, and back */
int bench_kmalloc(void);	/* and kfree, 64 bytes */
int bench_wake(void);		/* a thread that sleeps on an idle CPU */
int bench_locks(void);		/* each of sync/: lock and unlock */
int bench_idle(void);		/* a minute */
int bench_rcu(void);		/* grace periods, the others idle */
int bench_rcu_busy(void);	/* in a hurry, the others busy */
int bench_rcu_switch(void);	/* in switches of threads */
