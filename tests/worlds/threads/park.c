/*
 * tests/worlds/threads/park.c - the park seam where a thread is a CPU, for the
 * locks that sleep: who parks spins for its token.
 *
 * No threads are started and no timers fire here, and priorities are not kept:
 * tests/worlds/many/ is the world for all that.
 */
#include <sched.h>
#include <time.h>

#include "arch/cpu.h"
#include "sync/park.h"
#include "sync/self.h"

struct thread {
	struct atomic32 token;
	struct sync_self sync;
} aligned_to(CACHE_LINE);

static struct thread threads[NR_CPUS];

struct thread *thread_self(void)
{
	return &threads[cpu_id()];
}

uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

void park(uint64_t deadline_ns)
{
	struct thread *self = thread_self();

	while (!xchg_acquire(&self->token, 0) && clock_ns() < deadline_ns)
		sched_yield();
}

void unpark(struct thread *t)
{
	store_release(&t->token, 1);
}

/* Nobody kills anybody here. */
bool thread_is_killed(void)
{
	return false;
}

bool thread_is_running(const struct thread *t)
{
	(void)t;
	return true;
}

void thread_boost(struct thread *t, int prio)
{
	(void)t;
	(void)prio;
}

int thread_base_priority(struct thread *t)
{
	(void)t;
	return 1;
}

struct sync_self *thread_sync(struct thread *t)
{
	return &t->sync;
}

void thread_get(struct thread *t)
{
	(void)t;
}

void thread_put(struct thread *t)
{
	(void)t;
}
