/*
 * tests/bench-host/park.c - the park seam for what is measured: a futex.
 *
 * So a mutex of ours sleeps by the same system call as one of glibc's.
 *
 * Invariant   token: 0 -> ASLEEP -> 0 by its thread; any -> 1 by who unparks,
 *             who wakes it if it was ASLEEP.
 * Ordering    [A] unpark's swap of token -> the sleeper's.
 */
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "arch/atomic.h"
#include "sync/park.h"
#include "tests/bench-host/row.h"

#define SECOND	1000000000ULL
#define ASLEEP	2

struct thread {
	struct atomic32 token;
	struct atomic32 sleeps;
};

static __thread struct thread mine;
static __thread struct thread *self;	/* one load, as in the kernel */

void park_this_thread(void)
{
	self = &mine;
}

struct thread *thread_self(void)
{
	return self;
}

uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

void park(uint64_t deadline_ns)
{
	struct timespec until = {
		.tv_sec = deadline_ns / SECOND,
		.tv_nsec = deadline_ns % SECOND,
	};
	uint32_t none = 0;

	store_relaxed(&self->sleeps, 1);		/* relaxed: a hint */
	if (cas_acquire(&self->token, &none, ASLEEP))	/* [A] */
		/* may return early, as park() may */
		syscall(SYS_futex, &self->token, FUTEX_WAIT_BITSET_PRIVATE,
			ASLEEP, deadline_ns == PARK_FOREVER ? NULL : &until,
			NULL, FUTEX_BITSET_MATCH_ANY);
	(void)xchg_acquire(&self->token, 0);		/* [A] */
	store_relaxed(&self->sleeps, 0);		/* relaxed: as above */
}

void unpark(struct thread *t)
{
	if (xchg_release(&t->token, 1) == ASLEEP)	/* [A] */
		syscall(SYS_futex, &t->token, FUTEX_WAKE_PRIVATE, 1);
}

/* Nobody kills anybody here. */
bool thread_is_killed(void)
{
	return false;
}

bool thread_is_running(const struct thread *t)
{
	return !load_relaxed(&t->sleeps);	/* relaxed: a hint */
}
