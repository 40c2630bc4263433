/*
 * tests/sync/test_mutex.c - each line of sync/mutex.h's Guarantees, for the
 * mutex and against its broken twins.
 */
#include "sync/mutex.h"

#include "arch/cpu.h"
#include "kernel/mem.h"
#include "sync/preempt.h"
#include "tests/sync/gang.h"
#include "tests/sync/twins.h"

#define TORTURERS	12
#define ROUNDS		80
#define SLEEPERS	5

static struct gang gang;
static struct mutex m;
static const struct mutex_ops *ops;
static bool blocking_only;	/* twins without timed forms of their own */
static uint64_t plain;		/* under m: two steps, so that overlaps lose */
static struct atomic32 inside, overlaps, turn, entered, stop;
static struct atomic32 order[GANG_MAX];

static void begin(const struct mutex_ops *which, bool blocking)
{
	ops = which;
	blocking_only = blocking;
	mutex_init(&m);
	plain = 0;
	/* relaxed: the gang has not been let go */
	store_relaxed(&inside, 0);
	store_relaxed(&overlaps, 0);
	store_relaxed(&turn, 0);
	store_relaxed(&entered, 0);
	store_relaxed(&stop, 0);
}

/* Everybody returns; if not, a mutex that is free has sleepers. */
static bool all_return(struct test *t, unsigned patience)
{
	/* ended by their end, or by sleepers before an open door */
	do {
		if (gang_wait(&gang, patience))
			return true;
	} while (!waitq_count(&m.q) || load_acquire(&m.owner) > 1);
	test_note(t, "%s: %u asleep, and the mutex is free", ops->name,
		  waitq_count(&m.q));
	gang_stop(&gang);
	do {
		waitq_wake_one(&m.q);
	} while (!gang_wait(&gang, 5));
	return false;
}

/* ---------------------------------------------------------- one at a time */

static void take_somehow(struct gang_member *self)
{
	unsigned how = blocking_only ? 0 : gang_random(self) % 4;

	if (how < 2) {
		ops->lock(&m);
	} else if (how == 2) {
		for (unsigned k = 0; k < TRIES; k++) {
			if (ops->trylock(&m))
				return;
			gang_step(self);
			sleep_until(clock_ns() + 50 * US);
		}
		ops->lock(&m);
	} else {
		for (unsigned k = 0;
		     !ops->lock_timeout(&m, gang_deadline(self, k));
		     k++)
			gang_step(self);
	}
}

static void add_under_lock(struct gang_member *self)
{
	for (unsigned i = 0; i < ROUNDS && !gang_stopped(self); i++) {
		uint32_t others;

		take_somehow(self);
		/* relaxed: counts only; the mutex is what is being tested */
		others = fetch_add_relaxed(&inside, 1);
		if (others)
			fetch_add_relaxed(&overlaps, 1); /* relaxed: as above */
		else if (ops == &mutex_ops)
			plain++;	/* a race where the lock is none */
		gang_chaos(self);
		fetch_add_relaxed(&inside, -1);	/* relaxed: as above */
		ops->unlock(&m);
		gang_step(self);
	}
}

static bool excludes(struct test *t, const struct mutex_ops *which,
		     bool blocking, unsigned patience)
{
	uint32_t n;
	bool ok;

	begin(which, blocking);
	test_note(t, "seed 0x%lx", t->seed);
	gang_start(&gang, TORTURERS, add_under_lock, t->seed);
	ok = all_return(t, patience);
	n = load_acquire(&overlaps);
	if (n)
		test_note(t, "%s: %u times two were inside at once", ops->name,
			  n);
	return ok && !n && (ops != &mutex_ops || plain == TORTURERS * ROUNDS) &&
	       load_acquire(&m.owner) == 0 && !waitq_count(&m.q);
}

TEST("sync/mutex", test_mutex_excludes_under_torture)
{
	check(t, excludes(t, &mutex_ops, false, PATIENT));
}

TEST("sync/mutex", test_mutex_that_does_nothing_is_caught)
{
	check(t, !excludes(t, &mutex_that_does_nothing, true, IMPATIENT));
}

TEST("sync/mutex", test_mutex_in_two_steps_is_caught)
{
	check(t, !excludes(t, &mutex_in_two_steps, true, IMPATIENT));
}

/* Two come once, so that nobody comes later and wakes who was forgotten. */
static void come_once(struct gang_member *self)
{
	fetch_add_acq_rel(&entered, 1);
	ops->lock(&m);
	while (load_acquire(&entered) < 2)	/* the other is on its way */
		park(clock_ns() + 20 * US);
	park(gang_deadline(self, 0));
	ops->unlock(&m);
}

static bool forgets_nobody(struct test *t, const struct mutex_ops *which,
			   unsigned patience)
{
	bool ok = true;

	for (unsigned i = 0; ok && i < 40; i++) {
		begin(which, true);
		gang_start(&gang, 2, come_once, test_random(t));
		ok = all_return(t, patience);
	}
	return ok;
}

TEST("sync/mutex", test_mutex_loses_no_wake_up)
{
	check(t, forgets_nobody(t, &mutex_ops, PATIENT));
}

TEST("sync/mutex", test_mutex_that_looks_before_it_queues_is_caught)
{
	check(t, !forgets_nobody(t, &mutex_that_looks_before_it_queues,
				 IMPATIENT));
}

/* ------------------------------------------------------------- order, bound */

static bool queued(void *n)
{
	return waitq_count(&m.q) == *(unsigned *)n;
}

static void lock_in_turn(struct gang_member *self)
{
	gang_await_turn(self);
	ops->lock(&m);
	store_release(&order[fetch_add_acq_rel(&entered, 1)], self->index);
	ops->unlock(&m);
}

/* We own it; so many are queued, in order. */
static void queue_up(struct test *t, const struct mutex_ops *which,
		     unsigned sleepers)
{
	begin(which, true);
	mutex_lock(&m);
	gang_start(&gang, sleepers, lock_in_turn, t->seed);
	for (unsigned i = 0, n = 1; i < sleepers; i++, n++) {
		gang_admit(&gang, i);
		check(t, wait_until_holds(queued, &n, PATIENT));
	}
}

TEST("sync/mutex", test_mutex_sleepers_enter_in_order)
{
	queue_up(t, &mutex_ops, GANG_MAX);
	mutex_unlock(&m);
	check(t, gang_wait(&gang, PATIENT));
	for (unsigned i = 0; i < GANG_MAX; i++)
		check(t, load_acquire(&order[i]) == i);
}

/*
 * Unlock and lock at once, so that the first in line, just woken, finds it
 * taken again: how often, before it enters?  Each of our locks that succeeds
 * is one bypass; if somebody entered in between, the first of another.
 */
static bool bypass_is_bounded(struct test *t, const struct mutex_ops *which)
{
	unsigned bypassed = 0;

	queue_up(t, which, SLEEPERS);
	/* ends with a hand-over, or with the bound broken, or with nobody left */
	while (waitq_count(&m.q)) {
		uint32_t before = load_acquire(&entered);
		bool again;

		preempt_disable();
		which->unlock(&m);
		again = which->trylock(&m);
		preempt_enable();
		if (!again || bypassed > MUTEX_BYPASS)
			break;
		bypassed = load_acquire(&entered) == before ? bypassed + 1 : 1;
	}
	if (mutex_is_mine(&m))
		mutex_unlock(&m);
	check(t, gang_wait(&gang, PATIENT));
	if (bypassed > MUTEX_BYPASS)
		test_note(t, "%s: the first in line is bypassed %u times",
			  which->name, bypassed);
	return bypassed <= MUTEX_BYPASS;
}

TEST("sync/mutex", test_mutex_bypass_is_bounded)
{
	for (unsigned i = 0; i < 10; i++)
		check(t, bypass_is_bounded(t, &mutex_ops));
}

/* On another CPU the first may be quicker now and then: not each time. */
TEST("sync/mutex", test_mutex_that_never_hands_over_is_caught)
{
	bool caught = false;

	for (unsigned i = 0; !caught && i < 200; i++)
		caught = !bypass_is_bounded(t, &mutex_that_never_hands_over);
	check(t, caught);
}

/* -------------------------------------------------------------- time-outs */

static void hold_until_stop(struct gang_member *self)
{
	(void)self;
	mutex_lock(&m);
	store_release(&entered, 1);
	/* ended by the test */
	while (!load_acquire(&stop))
		park(clock_ns() + MS);
	mutex_unlock(&m);
}

static bool is_set(void *word)
{
	return load_acquire((struct atomic32 *)word);
}

TEST("sync/mutex", test_mutex_time_out_leaves_nothing_behind)
{
	uint64_t deadline;

	begin(&mutex_ops, true);
	gang_start(&gang, 1, hold_until_stop, t->seed);
	check(t, wait_until_holds(is_set, &entered, PATIENT));
	check(t, !mutex_trylock(&m));
	check(t, !mutex_is_mine(&m));
	deadline = clock_ns() + 2 * MS;
	check(t, !mutex_lock_timeout(&m, deadline));
	check(t, clock_ns() >= deadline);
	check(t, waitq_count(&m.q) == 0);
	store_release(&stop, 1);
	check(t, gang_wait(&gang, PATIENT));
	check(t, load_acquire(&m.owner) == 0);
	check(t, mutex_trylock(&m));
	check(t, mutex_is_mine(&m));
	mutex_unlock(&m);
}

/* The first in line, past its deadline, is handed the mutex under its lock. */
static void lock_timed(struct gang_member *self)
{
	(void)self;
	if (ops->lock_timeout(&m, clock_ns() + 4 * MS))
		ops->unlock(&m);
}

static bool keeps_its_turn(struct test *t, const struct mutex_ops *which)
{
	struct waiter *w;
	uint64_t was;
	bool lost;

	begin(which, true);
	mutex_lock(&m);
	gang_start(&gang, 1, lock_timed, t->seed);
	/* until it is quick enough to be seen there */
	do {
		was = waitq_lock(&m.q);
		w = waitq_first_locked(&m.q);
		if (w)
			break;
		waitq_unlock(&m.q, was);
		sleep_until(clock_ns() + 100 * US);
	} while (!member_done(&gang.member[0]));
	if (w) {
		uint64_t late = clock_ns() + 5 * MS;

		while (clock_ns() < late)
			cpu_relax();
		/* as mutex_unlock() does after MUTEX_BYPASS others */
		store_release(&m.owner, (uintptr_t)w->thread | 1);
		unpark(w->thread);
		waitq_unlock(&m.q, was);
	} else {
		mutex_unlock(&m);
	}
	check(t, gang_wait(&gang, PATIENT));
	lost = load_acquire(&m.owner) != 0;
	if (lost)
		test_note(t, "%s: owned by a thread that has ended",
			  which->name);
	return !lost;
}

TEST("sync/mutex", test_mutex_time_out_does_not_lose_a_hand_over)
{
	for (unsigned i = 0; i < 5; i++)
		check(t, keeps_its_turn(t, &mutex_ops));
}

TEST("sync/mutex", test_mutex_that_swallows_its_turn_is_caught)
{
	bool caught = false;

	for (unsigned i = 0; !caught && i < 50; i++)
		caught = !keeps_its_turn(t, &mutex_that_swallows_its_turn);
	check(t, caught);
}

/* -------------------------------------------------------- freed by the last */

#define OWNERS	4

static struct atomic_ptr shared;

struct object {
	struct mutex lock;
	unsigned refs;		/* under lock */
	uint64_t after[4];
};

/* The last one frees what holds the mutex, as soon as it has unlocked it. */
static void drop(struct gang_member *self)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct object *o;
		bool last;

		/* whose turn it is first: shared is there before */
		while (load_acquire(&turn) != i)	/* by the last owner */
			sleep_until(clock_ns() + 20 * US);
		o = load_acquire(&shared);
		gang_chaos(self);
		mutex_lock(&o->lock);
		last = --o->refs == 0;
		mutex_unlock(&o->lock);
		if (last) {
			struct object *next = mem_alloc(sizeof(*next));

			mutex_init(&next->lock);
			next->refs = OWNERS;
			for (unsigned j = 0; j < sizeof(*o) / 8; j++)
				((uint64_t *)o)[j] = 0x6b6b6b6b6b6b6b6b;
			mem_free(o);
			store_release(&shared, next);
			store_release(&turn, i + 1);
		}
		gang_step(self);
	}
}

TEST("sync/mutex", test_mutex_may_be_freed_by_its_last_owner)
{
	struct object *o = mem_alloc(sizeof(*o));

	begin(&mutex_ops, true);
	mutex_init(&o->lock);
	o->refs = OWNERS;
	store_release(&shared, o);
	gang_start(&gang, OWNERS, drop, t->seed);
	if (check(t, gang_wait(&gang, PATIENT)))
		mem_free(load_acquire(&shared));
}
