/*
 * tests/checker/programs/pi_mutex.c - a lock is held by the least urgent while
 * others come; priorities go up, and are what they were when all is over.
 * Who owns it has no urgency of its own any more.
 * Told "deadlock": two threads take two locks, each in its own order; one is
 * told.  Told "late": one of two gives up at a deadline.
 */
#include "sync/pi_mutex.h"

#include "kernel/errno.h"
#include "tests/checker/checker.h"
#include "tests/checker/programs/pi_threads.h"

#define THREADS	3

static struct pi_mutex one, two;
static unsigned counter, failed;

static struct atomic32 fell[MOST];

/* Who was declared later is more urgent. */
int thread_base_priority(struct thread *t)
{
	unsigned i = index_of(t);

	/* relaxed: nobody else needs to know just when */
	return load_relaxed(&fell[i]) ? 0 : 1 + i;
}

/* The most urgent of those whom we keep waiting lends us its priority. */
static void look_at_the_line(void)
{
	uint64_t was = pi_queue_lock(&one.q);
	int prio = thread_base_priority(thread_self());

	list_for_each(node, &one.q.waiters) {
		int other = list_entry(node, struct pi_waiter, queued)->prio;

		if (other > prio)
			prio = other;
	}
	assert(pi_priority(thread_self()) == prio);
	pi_queue_unlock(&one.q, was);
}

/* Its waiters' is all the urgency that it has. */
static void add(void *unused)
{
	struct atomic32 *mine = &fell[index_of(thread_self())];

	(void)unused;
	assert(pi_mutex_lock(&one) == 0);
	counter++;
	store_relaxed(mine, 1);		/* relaxed: see above */
	look_at_the_line();
	store_relaxed(mine, 0);		/* relaxed: see above */
	pi_mutex_unlock(&one);
}

static void add_in_time(void *unused)
{
	int err = pi_mutex_lock_timeout(&one, 1);

	(void)unused;
	assert(err == 0 || err == -ETIMEDOUT);
	if (err) {
		failed = 1;
		return;
	}
	counter++;
	pi_mutex_unlock(&one);
}

static void lock_both(struct pi_mutex *first, struct pi_mutex *second)
{
	int err;

	assert(pi_mutex_lock(first) == 0);
	err = pi_mutex_lock(second);
	assert(err == 0 || err == -EDEADLK);
	if (!err)
		pi_mutex_unlock(second);
	pi_mutex_unlock(first);
}

static void one_then_two(void *unused)
{
	(void)unused;
	lock_both(&one, &two);
}

static void two_then_one(void *unused)
{
	(void)unused;
	lock_both(&two, &one);
}

static void all_is_as_before(void)
{
	for (unsigned i = 0; i < THREADS; i++) {
		assert(!selves[i].pi.boost);
		assert(!selves[i].pi.blocked);
		assert(!selves[i].pi.owned);
	}
	assert(pi_mutex_trylock(&one) && pi_mutex_trylock(&two));
}

static void all_added(void)
{
	all_is_as_before();
	assert(counter + failed == 2 + !check_argument()[0]);
}

void check_setup(void)
{
	char told = check_argument()[0];

	pi_mutex_init(&one);
	pi_mutex_init(&two);
	if (told == 'd') {
		threads[0] = check_thread("first", one_then_two, NULL);
		threads[1] = check_thread("second", two_then_one, NULL);
		check_finally(all_is_as_before);
		return;
	}
	threads[0] = check_thread("low", add, NULL);
	if (told == 'l') {
		check_time(1);
		threads[1] = check_thread("impatient", add_in_time, NULL);
	} else {
		threads[1] = check_thread("middle", add, NULL);
		threads[2] = check_thread("high", add, NULL);
	}
	check_finally(all_added);
}
