/*
 * tests/bench/busy.h - threads that keep CPUs busy, and who waits for them.
 *
 * Context     A thread that may sleep.
 * See         tests/bench/bench_rcu.c
 */
#pragma once

struct thread;

/* On this CPU and no other; NULL: there is no memory. */
struct thread *start_on(unsigned cpu, void (*fn)(void *unused));

/* The caller has CPU 0 to itself; negative errno. */
int stay_on_the_first(void);
