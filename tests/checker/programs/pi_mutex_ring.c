/*
 * tests/checker/programs/pi_mutex_ring.c - all lock in the order b, c, d, or a
 * before b; so there is never a ring, and nobody may be told of one.
 *
 *     first -a-> waits for b -> second -b-> waits for c -> third -c-> waits
 *     for d -> fourth -d->
 *
 * While first walks along this, fourth lets d go, and third, which has c and d
 * no more when first comes to it, waits for a, which is first's.
 */
#include "sync/pi_mutex.h"

#include "tests/checker/checker.h"
#include "tests/checker/programs/pi_threads.h"

static struct pi_mutex a, b, c, d;
static struct atomic32 third_has_c, fourth_has_d;

int thread_base_priority(struct thread *t)
{
	(void)t;
	return 1;
}

/* Somebody is in line, or about to be, under the line's lock. */
static void await_waiter(struct pi_mutex *m)
{
	while (!(load_acquire(&m->owner) & 1))
		cpu_relax();
}

static void await(struct atomic32 *word)
{
	while (!load_acquire(word))
		cpu_relax();
}

static void first(void *unused)
{
	(void)unused;
	assert(pi_mutex_lock(&a) == 0);
	await_waiter(&c);
	await_waiter(&d);
	assert(pi_mutex_lock(&b) == 0);
	pi_mutex_unlock(&b);
	pi_mutex_unlock(&a);
}

static void second(void *unused)
{
	(void)unused;
	assert(pi_mutex_lock(&b) == 0);
	await(&third_has_c);
	assert(pi_mutex_lock(&c) == 0);
	pi_mutex_unlock(&c);
	pi_mutex_unlock(&b);
}

static void third(void *unused)
{
	(void)unused;
	assert(pi_mutex_lock(&c) == 0);
	store_release(&third_has_c, 1);
	await(&fourth_has_d);
	assert(pi_mutex_lock(&d) == 0);
	pi_mutex_unlock(&d);
	pi_mutex_unlock(&c);
	assert(pi_mutex_lock(&a) == 0);
	pi_mutex_unlock(&a);
}

static void fourth(void *unused)
{
	(void)unused;
	assert(pi_mutex_lock(&d) == 0);
	store_release(&fourth_has_d, 1);
	await_waiter(&b);
	pi_mutex_unlock(&d);
}

static void all_are_free(void)
{
	assert(pi_mutex_trylock(&a) && pi_mutex_trylock(&b));
	assert(pi_mutex_trylock(&c) && pi_mutex_trylock(&d));
}

void check_setup(void)
{
	pi_mutex_init(&a);
	pi_mutex_init(&b);
	pi_mutex_init(&c);
	pi_mutex_init(&d);
	threads[0] = check_thread("first", first, NULL);
	threads[1] = check_thread("second", second, NULL);
	threads[2] = check_thread("third", third, NULL);
	threads[3] = check_thread("fourth", fourth, NULL);
	check_finally(all_are_free);
}
