/*
 * tests/checker/programs/futex.c - one waits for a word to change, one until a
 * deadline; a third changes it and wakes them.
 * Told "requeue": one waits; who changes the word makes it wait for another word
 * first, and wakes who waits for that, as somebody else does.
 * Told "late": the same, with a deadline.
 */
#include "sync/futex.h"

#include "kernel/errno.h"

#include "tests/checker/checker.h"

static struct atomic32 word, other;
static int impatient_err = -EAGAIN;
static uint64_t deadline_ns = 1;
static unsigned woken, woken_there, woken_meanwhile;
static bool moves;

static uintptr_t address_of(struct atomic32 *a)
{
	return (uintptr_t)a;
}

static void wait(void *unused)
{
	(void)unused;
	/* relaxed: the bucket's lock orders it */
	while (!load_relaxed(&word))
		(void)!futex_wait(&futex_kernel, address_of(&word), 0,
				  PARK_FOREVER);
}

static void wait_a_while(void *unused)
{
	(void)unused;
	impatient_err = futex_wait(&futex_kernel, address_of(&word), 0,
				   deadline_ns);
}

static void wake(void *unused)
{
	(void)unused;
	store_relaxed(&word, 1);	/* relaxed: as above */
	woken = futex_wake(&futex_kernel, address_of(&word), 2);
}

static void move_and_wake(void *unused)
{
	int moved = futex_requeue(&(struct futex_requeue){
		.space = &futex_kernel, .from = address_of(&word),
		.to = address_of(&other), .move = 1,
	});

	(void)unused;
	assert(moved >= 0);
	store_relaxed(&word, 1);	/* relaxed: as above */
	woken_there = futex_wake(&futex_kernel, address_of(&other), 2);
	woken = futex_wake(&futex_kernel, address_of(&word), 2);
	assert(!moved || !woken);
}

static void wake_meanwhile(void *unused)
{
	(void)unused;
	woken_meanwhile = futex_wake(&futex_kernel, address_of(&other), 2);
}

static void told_what_happened(void)
{
	assert(!futex_waiters(&futex_kernel, address_of(&word)));
	assert(!futex_waiters(&futex_kernel, address_of(&other)));
	if (impatient_err == 0)
		assert(woken + woken_there + woken_meanwhile);
	else if (moves)
		assert(!woken && !woken_there && !woken_meanwhile);
}

void check_setup(void)
{
	moves = check_argument()[0];
	check_time(1);
	if (check_argument()[0] == 'r')
		deadline_ns = PARK_FOREVER;
	check_thread("impatient", wait_a_while, NULL);
	check_thread("waker", moves ? move_and_wake : wake, NULL);
	if (moves)
		check_thread("second waker", wake_meanwhile, NULL);
	else
		check_thread("waiter", wait, NULL);
	check_finally(told_what_happened);
}
