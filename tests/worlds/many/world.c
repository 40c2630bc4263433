/*
 * tests/worlds/many/world.c - bodies of the seams where threads outnumber CPUs.
 *
 * A thread of the kernel is a thread of the host.  park() returns early now
 * and then, with no token and before its time, because its contract allows
 * that: who forgets the loop is found out.
 *
 * Invariant   numbers says of each thread number if it is in use; the main thread
 *             has 0.  Under numbers_lock.
 *             token and the sleep on it are under the thread's lock, so no
 *             unpark() falls between the look and the sleep.  The lock is held
 *             while the sleeper is signalled: it cannot go away meanwhile.
 *             home & PENDING: the timer is in the list, under timers_lock.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "kernel/mem.h"
#include "sync/park.h"
#include "sync/pi_chain.h"
#include "sync/preempt.h"
#include "sync/self.h"
#include "sync/timer.h"
#include "world.h"

#define SECOND		1000000000ULL
#define EARLY_ONE_IN	8
#define PENDING		1u
#define PRIO_DEFAULT	16

struct thread {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool token;			/* under lock */
	struct atomic32 running;
	struct atomic32 killed;
	struct atomic32 refs;
	unsigned number;
	unsigned parks;
	int base_prio;			/* under lock */
	int boost_prio;			/* under lock */
	struct sync_self sync;
	void (*fn)(void *arg);
	void *arg;
};

__thread unsigned world_cpu;
__thread bool world_in_irq;
struct cpumask cpus_possible, cpus_present, cpus_online;

/* what a program may want to hear of: see world.h */
struct world_hooks world_hooks;

static struct thread main_thread;
static __thread struct thread *self = &main_thread;

static pthread_mutex_t numbers_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t number_freed = PTHREAD_COND_INITIALIZER;
static bool numbers[NR_CPUS] = { true };

static pthread_mutex_t timers_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t timers_changed;
static struct timer *timers;	/* by deadline, linked by left */

static void tell(void (*hook)(void))
{
	if (hook)
		hook();
}

uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

static void wait_until(pthread_cond_t *wake, pthread_mutex_t *lock,
		       uint64_t deadline_ns)
{
	struct timespec until = {
		.tv_sec = deadline_ns / SECOND,
		.tv_nsec = deadline_ns % SECOND,
	};

	if (deadline_ns >= PARK_KILLABLE)
		pthread_cond_wait(wake, lock);
	else
		pthread_cond_timedwait(wake, lock, &until);
}

static void init_cond(pthread_cond_t *cond)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void init_thread(struct thread *t)
{
	pthread_mutex_init(&t->lock, NULL);
	init_cond(&t->wake);
	t->base_prio = PRIO_DEFAULT;
	store_relaxed(&t->running, 1);
	store_relaxed(&t->refs, 2);
}

struct thread *thread_self(void)
{
	return self;
}

void park(uint64_t deadline_ns)
{
	assert(!world_in_irq);
	tell(world_hooks.rests);
	pthread_mutex_lock(&self->lock);
	store_relaxed(&self->running, 0);
	if (++self->parks % EARLY_ONE_IN)
		while (!self->token && clock_ns() < deadline_ns)
			wait_until(&self->wake, &self->lock, deadline_ns);
	self->token = false;
	store_relaxed(&self->running, 1);
	pthread_mutex_unlock(&self->lock);
	tell(world_hooks.resumes);
}

void unpark(struct thread *t)
{
	pthread_mutex_lock(&t->lock);
	t->token = true;
	pthread_cond_signal(&t->wake);
	pthread_mutex_unlock(&t->lock);
}

void thread_kill(struct thread *t)
{
	store_relaxed(&t->killed, 1);
	unpark(t);
}

bool thread_is_killed(void)
{
	return load_relaxed(&self->killed);
}

bool thread_is_running(const struct thread *t)
{
	return load_relaxed(&t->running);
}

/* Priorities are written down, and asked for; the host runs whom it likes. */
void thread_boost(struct thread *t, int prio)
{
	pthread_mutex_lock(&t->lock);
	t->boost_prio = prio;
	pthread_mutex_unlock(&t->lock);
}

int thread_base_priority(struct thread *t)
{
	int prio;

	pthread_mutex_lock(&t->lock);
	prio = t->base_prio;
	pthread_mutex_unlock(&t->lock);
	return prio;
}

int thread_priority(struct thread *t)
{
	int prio;

	pthread_mutex_lock(&t->lock);
	prio = t->boost_prio > t->base_prio ? t->boost_prio : t->base_prio;
	pthread_mutex_unlock(&t->lock);
	return prio;
}

void thread_set_priority(struct thread *t, int prio)
{
	pthread_mutex_lock(&t->lock);
	t->base_prio = prio;
	pthread_mutex_unlock(&t->lock);
	pi_base_changed(t);
}

struct sync_self *thread_sync(struct thread *t)
{
	return &t->sync;
}

static unsigned take_number(void)
{
	unsigned number;

	pthread_mutex_lock(&numbers_lock);
	/* ended by a free one */
	for (number = 0; numbers[number]; )
		if (++number == NR_CPUS) {
			pthread_cond_wait(&number_freed, &numbers_lock);
			number = 0;
		}
	numbers[number] = true;
	cpumask_set(&cpus_possible, number);
	pthread_mutex_unlock(&numbers_lock);
	return number;
}

static void give_number(unsigned number)
{
	pthread_mutex_lock(&numbers_lock);
	numbers[number] = false;
	pthread_cond_signal(&number_freed);
	pthread_mutex_unlock(&numbers_lock);
}

static void *run_thread(void *arg)
{
	self = arg;
	world_cpu = self->number;
	tell(world_hooks.begins);
	self->fn(self->arg);
	tell(world_hooks.ends);
	give_number(self->number);
	thread_put(self);
	return NULL;
}

struct thread *thread_spawn(void (*fn)(void *), void *arg,
			    const struct cpumask *mask)
{
	struct thread *t = calloc(1, sizeof(*t));
	pthread_attr_t detached;
	pthread_t id;

	(void)mask;
	if (!t)
		return NULL;
	init_thread(t);
	t->fn = fn;
	t->arg = arg;
	t->number = take_number();
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&id, &detached, run_thread, t))
		abort();
	pthread_attr_destroy(&detached);
	return t;
}

void thread_get(struct thread *t)
{
	fetch_add_relaxed(&t->refs, 1);
}

void thread_put(struct thread *t)
{
	if (fetch_add_acq_rel(&t->refs, -1) != 1)
		return;
	pthread_mutex_destroy(&t->lock);
	pthread_cond_destroy(&t->wake);
	free(t);
}

static bool unlink_timer(struct timer *timer)
{
	struct timer **at = &timers;

	if (!(load_relaxed(&timer->home) & PENDING))
		return false;
	while (*at != timer)
		at = &(*at)->left;
	*at = timer->left;
	store_relaxed(&timer->home, 0);
	return true;
}

void timer_start(struct timer *timer, uint64_t deadline_ns)
{
	struct timer **at = &timers;

	pthread_mutex_lock(&timers_lock);
	unlink_timer(timer);
	timer->deadline_ns = deadline_ns;
	while (*at && (*at)->deadline_ns <= deadline_ns)
		at = &(*at)->left;
	timer->left = *at;
	*at = timer;
	store_relaxed(&timer->home, PENDING);
	pthread_cond_signal(&timers_changed);
	pthread_mutex_unlock(&timers_lock);
}

bool timer_stop(struct timer *timer)
{
	bool stopped;

	pthread_mutex_lock(&timers_lock);
	stopped = unlink_timer(timer);
	pthread_mutex_unlock(&timers_lock);
	return stopped;
}

/* The interrupt: fires what is due, for as long as the program runs. */
static void *fire_timers(void *unused)
{
	(void)unused;
	world_in_irq = true;
	world_cpu = take_number();
	pthread_mutex_lock(&timers_lock);
	for (;;) {
		struct timer *first = timers;

		if (first && first->deadline_ns <= clock_ns()) {
			unlink_timer(first);
			pthread_mutex_unlock(&timers_lock);
			tell(world_hooks.resumes);
			first->fn(first);
			tell(world_hooks.rests);
			pthread_mutex_lock(&timers_lock);
		} else {
			wait_until(&timers_changed, &timers_lock,
				   first ? first->deadline_ns : PARK_FOREVER);
		}
	}
	return NULL;
}

__attribute__((constructor)) static void begin(void)
{
	pthread_t id;

	cpumask_set(&cpus_possible, 0);
	init_thread(&main_thread);
	init_cond(&timers_changed);
	if (pthread_create(&id, NULL, fire_timers, NULL))
		abort();
	pthread_detach(id);
}

void assert_failed(const char *cond, const char *file, int line,
		   const char *func)
{
	fprintf(stderr, "%s:%d: %s: assert(%s) failed in thread %u\n",
		file, line, func, cond, world_cpu);
	abort();
}

void *mem_alloc(size_t size)
{
	return calloc(1, size);
}

void mem_free(void *object)
{
	free(object);
}
