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
#include "sync/completion.h"
#include "sync/condvar.h"
#include "sync/mutex.h"
#include "sync/semaphore.h"
#include "sync/waitq.h"
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
static struct thread *woken;		/* the sleeper */
static struct waitq queue = WAITQ_INIT(queue);
static struct semaphore semaphore = SEMAPHORE_INIT(semaphore, 0);
static struct completion completion = COMPLETION_INIT(completion);
static struct mutex mutex = MUTEX_INIT(mutex);
static struct cond cond = COND_INIT(cond);
static uint32_t cond_round;		/* under mutex */

static struct thread *start(const char *name, void (*fn)(void *),
			    const void *arg, unsigned cpu)
{
	struct cpumask mask;
	struct thread_spec spec = { .name = name, .fn = fn, .arg = (void *)arg,
				    .affinity = &mask, .prio = PRIO_DEFAULT };

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
	b = start("bench-partner", partner, NULL, 0);
	a = start("bench-yielder", yielder, NULL, 0);
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

/* One way of going to sleep and of being woken; round counts from 1. */
struct way {
	void (*sleep)(uint32_t round);
	void (*wake)(uint32_t round);
};

static bool is_asked(void *round)
{
	return load_acquire(&asked) >= *(uint32_t *)round;	/* [A] */
}

static void park_sleep(uint32_t round)
{
	while (load_acquire(&asked) < round)		/* [A] */
		park(PARK_FOREVER);
}

static void park_wake(uint32_t round)
{
	store_release(&asked, round);			/* [A] */
	unpark(woken);
}

static void waitq_sleep(uint32_t round)
{
	wait_event(&queue, is_asked, &round);
}

static void waitq_wake(uint32_t round)
{
	store_release(&asked, round);			/* [A] */
	waitq_wake_one(&queue);
}

static void semaphore_sleep(uint32_t round)
{
	(void)round;
	sem_down(&semaphore);
}

static void semaphore_wake(uint32_t round)
{
	(void)round;
	sem_up(&semaphore);
}

static void completion_sleep(uint32_t round)
{
	(void)round;
	wait_for_completion(&completion);
}

static void completion_wake(uint32_t round)
{
	(void)round;
	complete(&completion);
}

static void cond_sleep(uint32_t round)
{
	mutex_lock(&mutex);
	while (cond_round < round)
		cond_wait(&cond, &mutex);
	mutex_unlock(&mutex);
}

static void cond_wake(uint32_t round)
{
	mutex_lock(&mutex);
	cond_round = round;
	cond_signal(&cond);
	mutex_unlock(&mutex);
}

/* tools/bench.py names them, in this order */
static const struct way ways[] = {
	{ park_sleep, park_wake }, { waitq_sleep, waitq_wake },
	{ semaphore_sleep, semaphore_wake },
	{ completion_sleep, completion_wake }, { cond_sleep, cond_wake },
};

static void sleeper(void *arg)
{
	const struct way *way = arg;

	for (uint32_t i = 1; i <= ROUNDS; i++) {
		way->sleep(i);
		marker(MARKER_WOKEN);
		store_release(&answered, i);		/* [B] */
	}
}

static void waker(void *arg)
{
	const struct way *way = arg;

	for (uint32_t i = 1; i <= ROUNDS; i++) {
		thread_sleep(clock_ns() + MS);	/* until the other CPU idles */
		marker(MARKER_WAKE);
		way->wake(i);
		marker(MARKER_WAKE_END);
		while (load_acquire(&answered) < i)	/* [B] */
			thread_sleep(clock_ns() + MS);
	}
}

static int bench_way(const struct way *way)
{
	struct thread *t;

	/* relaxed: the threads do not exist yet */
	store_relaxed(&asked, 0);
	store_relaxed(&answered, 0);			/* relaxed: as above */
	cond_round = 0;
	woken = start("bench-sleeper", sleeper, way, 1);
	if (!woken)
		return -ENOMEM;
	t = start("bench-waker", waker, way, 0);
	if (!t)
		return -ENOMEM;	/* and a sleeper that nobody wakes */
	thread_join(t);
	thread_join(woken);
	return 0;
}

int bench_wake(void)
{
	int error = 0;

	if (!cpumask_test(&cpus_online, 1))
		return -ENODEV;
	for (unsigned i = 0; i < ARRAY_LEN(ways) && !error; i++)
		error = bench_way(&ways[i]);
	return error;
}

int bench_idle(void)
{
	thread_sleep(clock_ns() + MS);	/* until the log is written */
	marker(MARKER_IDLE);
	thread_sleep(clock_ns() + MINUTE);
	marker(MARKER_IDLE_END);
	return 0;
}
