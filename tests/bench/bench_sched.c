/*
 * tests/bench/bench_sched.c - switching, waking, doing nothing.
 *
 * Ordering    [A] the waker's store of asked -> the sleeper's load: the round
 *             to answer.
 *             [B] the sleeper's store of answered -> the waker's load: it was
 *             woken, and counted, before the next round.
 *             [C] the end of the rounds -> the partner that yields until then.
 */
#include "tests/bench/bench.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/x86_64/marker.h"
#include "kernel/errno.h"
#include "sched/thread.h"
#include "tests/bench/marks.h"

#define ROUNDS		100
#define MS		1000000UL
#define MINUTE		60000000000UL

/* of a yield */
static struct atomic32 over;
static struct atomic32 turns;	/* that the partner had */
static uint32_t turns_seen;	/* of them, in the rounds */

/* of a wake-up */
static struct atomic32 asked;
static struct atomic32 answered;
static bool all_answered;

static struct thread *start(const char *name, void (*fn)(void *), unsigned cpu)
{
	struct cpumask mask;
	struct thread_spec spec = { .name = name, .fn = fn, .affinity = &mask,
				    .prio = PRIO_DEFAULT };

	cpumask_zero(&mask);
	cpumask_set(&mask, cpu);
	return thread_create(&spec);
}

static void partner(void *arg)
{
	(void)arg;
	while (!load_acquire(&over)) {			/* [C] */
		/* relaxed: a count, read on the same CPU */
		fetch_add_relaxed(&turns, 1);
		thread_yield();
		marker(MARKER_YIELD_THERE);
	}
}

static void yielder(void *arg)
{
	uint32_t first;

	(void)arg;
	/* relaxed: as above; the partner ends this by its first turn */
	while (!load_relaxed(&turns))
		thread_yield();
	first = load_relaxed(&turns);			/* relaxed: as above */
	for (unsigned i = 0; i < ROUNDS; i++) {
		marker(MARKER_YIELD);
		thread_yield();
		marker(MARKER_YIELD_END);
	}
	turns_seen = load_relaxed(&turns) - first;	/* relaxed: as above */
	store_release(&over, 1);			/* [C] */
}

int bench_yield(void)
{
	struct thread *a, *b;

	/* relaxed: the threads do not exist yet */
	store_relaxed(&over, 0);
	store_relaxed(&turns, 0);			/* relaxed: as above */
	b = start("bench-partner", partner, 0);
	a = start("bench-yielder", yielder, 0);
	if (!a)
		store_release(&over, 1);		/* [C] */
	if (a)
		thread_join(a);
	if (b)
		thread_join(b);
	if (!a || !b)
		return -ENOMEM;
	return turns_seen == ROUNDS ? 0 : -EBUSY;
}

static void sleeper(void *arg)
{
	(void)arg;
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		while (load_acquire(&asked) < i)	/* [A] */
			park(PARK_FOREVER);
		marker(MARKER_WOKEN);
		store_release(&answered, i);		/* [B] */
	}
}

static void waker(void *arg)
{
	struct thread *other = start("bench-sleeper", sleeper, 1);

	(void)arg;
	for (uint32_t i = 1; other && i <= ROUNDS; i++) {
		thread_sleep(clock_ns() + MS);	/* until the other CPU idles */
		marker(MARKER_WAKE);
		store_release(&asked, i);		/* [A] */
		unpark(other);
		marker(MARKER_WAKE_END);
		while (load_acquire(&answered) < i)	/* [B] */
			thread_sleep(clock_ns() + MS);
	}
	if (other)
		thread_join(other);
	all_answered = other;
}

int bench_wake(void)
{
	struct thread *t;

	if (!cpumask_test(&cpus_online, 1))
		return -ENODEV;
	/* relaxed: the threads do not exist yet */
	store_relaxed(&asked, 0);
	store_relaxed(&answered, 0);			/* relaxed: as above */
	t = start("bench-waker", waker, 0);
	if (t)
		thread_join(t);
	return t && all_answered ? 0 : -ENOMEM;
}

int bench_idle(void)
{
	thread_sleep(clock_ns() + MS);	/* until the log is written */
	marker(MARKER_IDLE);
	thread_sleep(clock_ns() + MINUTE);
	marker(MARKER_IDLE_END);
	return 0;
}
