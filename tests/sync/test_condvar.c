/*
 * tests/sync/test_condvar.c - each line of sync/condvar.h's Guarantees, for the
 * condition variable and against its broken twins.
 */
#include "sync/condvar.h"

#include "arch/cpu.h"
#include "tests/sync/gang.h"
#include "tests/sync/twins.h"

#define WAITERS		GANG_MAX
#define TORTURERS	12
#define ROUNDS		100
#define SLOTS		2

static struct gang gang;
static struct cond c, room;
static struct mutex m;
static const struct cond_ops *ops;
static struct atomic32 turn, returned, over;
static unsigned items;		/* under m */
static struct atomic32 held;	/* a copy of items for the watcher */
static struct atomic32 result[GANG_MAX];	/* of member i's wait, + 1 */
static struct atomic64 deadline[GANG_MAX];

static void begin(const struct cond_ops *which)
{
	ops = which;
	cond_init(&c);
	cond_init(&room);
	mutex_init(&m);
	items = 0;
	/* relaxed: the gang has not been let go; and so below */
	store_relaxed(&held, 0);
	store_relaxed(&turn, 0);
	store_relaxed(&returned, 0);
	store_relaxed(&over, 0);
	for (unsigned i = 0; i < GANG_MAX; i++) {
		store_relaxed(&result[i], 0);
		store_relaxed(&deadline[i], PARK_FOREVER);
	}
}

static bool queued(void *n)
{
	return waitq_count(&c.q) == *(unsigned *)n;
}

static bool member_is_done(void *member)
{
	return member_done(member);
}

/* --------------------------------------------------------------- one, and all */

static void wait_in_turn(struct gang_member *self)
{
	uint64_t until;
	bool signalled;

	gang_await_turn(self);
	until = load_acquire(&deadline[self->index]);
	mutex_lock(&m);
	signalled = ops->wait(&c, &m, until);
	if (!mutex_is_mine(&m))
		store_release(&over, 1);
	mutex_unlock(&m);
	store_release(&result[self->index], 1 + signalled);
	fetch_add_acq_rel(&returned, 1);
}

static void queue_up(struct test *t, const struct cond_ops *which)
{
	begin(which);
	gang_start(&gang, WAITERS, wait_in_turn, t->seed);
	for (unsigned i = 0, n = 1; i < WAITERS; i++, n++) {
		gang_admit(&gang, i);
		check(t, wait_until_holds(queued, &n, PATIENT));
	}
}

static bool signals_one(struct test *t, const struct cond_ops *which)
{
	bool ok = true;

	queue_up(t, which);
	for (unsigned i = 0; ok && i < WAITERS; i++) {
		ops->signal(&c);
		ok = waitq_count(&c.q) == WAITERS - 1 - i;
		if (!ok)
			test_note(t, "%s: %u of %u wait after signal %u",
				  ops->name, waitq_count(&c.q), WAITERS, i + 1);
		else
			check(t, wait_until_holds(member_is_done,
						  &gang.member[i], PATIENT));
	}
	cond_broadcast(&c);
	check(t, gang_wait(&gang, PATIENT));
	check(t, !load_acquire(&over));
	return ok;
}

TEST("sync/condvar", test_cond_signal_wakes_one_in_order)
{
	check(t, signals_one(t, &cond_ops));
}

TEST("sync/condvar", test_cond_that_signals_all_for_one_is_caught)
{
	check(t, !signals_one(t, &cond_that_signals_all_for_one));
}

static bool signals_all(struct test *t, const struct cond_ops *which)
{
	unsigned left;

	queue_up(t, which);
	ops->broadcast(&c);
	left = waitq_count(&c.q);
	if (left)
		test_note(t, "%s: %u of %u wait after the broadcast", ops->name,
			  left, WAITERS);
	cond_broadcast(&c);
	check(t, gang_wait(&gang, PATIENT));
	return !left;
}

TEST("sync/condvar", test_cond_broadcast_wakes_all)
{
	check(t, signals_all(t, &cond_ops));
}

TEST("sync/condvar", test_cond_that_signals_one_for_all_is_caught)
{
	check(t, !signals_all(t, &cond_that_signals_one_for_all));
}

TEST("sync/condvar", test_cond_broadcast_is_not_for_those_who_come_later)
{
	begin(&cond_ops);
	cond_broadcast(&c);
	cond_signal(&c);
	mutex_lock(&m);
	check(t, !cond_wait_timeout(&c, &m, clock_ns() + 2 * MS));
	check(t, mutex_is_mine(&m));
	mutex_unlock(&m);
	check(t, waitq_count(&c.q) == 0);
}

/* A token that nobody meant for us is not a signal. */
static bool knows_a_signal(const struct cond_ops *which)
{
	bool signalled;

	begin(which);
	mutex_lock(&m);
	unpark(thread_self());
	signalled = ops->wait(&c, &m, clock_ns() + 2 * MS);
	mutex_unlock(&m);
	return !signalled;
}

TEST("sync/condvar", test_cond_is_not_fooled_by_a_stray_token)
{
	check(t, knows_a_signal(&cond_ops));
}

TEST("sync/condvar", test_cond_that_does_not_look_again_is_caught)
{
	check(t, !knows_a_signal(&cond_that_does_not_look_again));
}

/* --------------------------------------------------- release and wait at once */

static void wait_for_item(struct gang_member *self)
{
	(void)self;
	mutex_lock(&m);
	store_release(&returned, 1);
	/* until somebody asks for the mutex: it gets it as soon as we wait */
	while (!load_acquire(&turn))
		park(clock_ns() + 20 * US);
	while (!items)
		(void)!ops->wait(&c, &m, PARK_FOREVER);
	items--;
	store_release(&held, items);
	mutex_unlock(&m);
}

static bool is_set(void *word)
{
	return load_acquire((struct atomic32 *)word);
}

/* The only signal comes as soon as the mutex can be had. */
static bool releases_and_waits(struct test *t, const struct cond_ops *which,
			       unsigned patience)
{
	bool ok = true;

	for (unsigned i = 0; ok && i < 20; i++) {
		begin(which);
		gang_start(&gang, 1, wait_for_item, test_random(t));
		check(t, wait_until_holds(is_set, &returned, PATIENT));
		store_release(&turn, 1);
		mutex_lock(&m);
		items = 1;
		store_release(&held, 1);
		ops->signal(&c);
		mutex_unlock(&m);
		do {
			ok = gang_wait(&gang, patience);
		} while (!ok && !(waitq_count(&c.q) && load_acquire(&held)));
	}
	if (ok)
		return true;
	test_note(t, "%s: %u asleep, %u items to be had", ops->name,
		  waitq_count(&c.q), load_acquire(&held));
	do {
		cond_broadcast(&c);
	} while (!gang_wait(&gang, 5));
	return false;
}

TEST("sync/condvar", test_cond_wait_releases_and_waits_in_one_step)
{
	check(t, releases_and_waits(t, &cond_ops, PATIENT));
}

TEST("sync/condvar", test_cond_that_unlocks_before_it_queues_is_caught)
{
	check(t, !releases_and_waits(t, &cond_that_unlocks_before_it_queues,
				     IMPATIENT));
}

/* ------------------------------------------------------------------ time-outs */

/* After the first has given up, a signal is the second's. */
static bool gives_up_cleanly(struct test *t, const struct cond_ops *which)
{
	unsigned before;
	bool ok;

	begin(which);
	store_release(&deadline[0], clock_ns() + 3 * MS);
	gang_start(&gang, 2, wait_in_turn, t->seed);
	check(t, wait_until_holds(member_is_done, &gang.member[0], PATIENT));
	check(t, load_acquire(&result[0]) == 1);
	check(t, clock_ns() >= load_acquire(&deadline[0]));
	before = waitq_count(&c.q) + 1;
	gang_admit(&gang, 1);
	check(t, wait_until_holds(queued, &before, PATIENT));
	ops->signal(&c);
	/* one was waiting, and it has been taken out by now, or never */
	ok = waitq_count(&c.q) == 0;
	if (!ok)
		test_note(t, "%s: the signal went to who had given up",
			  ops->name);
	cond_broadcast(&c);
	check(t, gang_wait(&gang, PATIENT));
	return ok;
}

TEST("sync/condvar", test_cond_time_out_leaves_nothing_behind)
{
	check(t, gives_up_cleanly(t, &cond_ops));
}

TEST("sync/condvar", test_cond_that_leaves_a_ghost_is_caught)
{
	check(t, !gives_up_cleanly(t, &cond_that_leaves_a_ghost));
}

/* The signal takes it out of the queue just after its deadline. */
static bool reports_its_signal(struct test *t, const struct cond_ops *which)
{
	uint64_t wait = 4 * MS, was;
	struct waiter *w;

	/* until this machine is quick enough to see it there in time */
	do {
		begin(which);
		store_release(&deadline[0], clock_ns() + wait);
		gang_start(&gang, 1, wait_in_turn, t->seed);
		sleep_until(clock_ns() + wait / 2);
		was = waitq_lock(&c.q);
		w = waitq_first_locked(&c.q);
		while (w && clock_ns() <= load_acquire(&deadline[0]))
			cpu_relax();
		if (w)
			waiter_wake_locked(w);
		waitq_unlock(&c.q, was);
		check(t, gang_wait(&gang, PATIENT));
		wait *= 2;
	} while (!w);
	if (load_acquire(&result[0]) != 2)
		test_note(t, "%s: signalled, and it says timed out", ops->name);
	return load_acquire(&result[0]) == 2;
}

TEST("sync/condvar", test_cond_signalled_or_timed_out_never_both)
{
	check(t, reports_its_signal(t, &cond_ops));
}

TEST("sync/condvar", test_cond_that_swallows_a_signal_is_caught)
{
	check(t, !reports_its_signal(t, &cond_that_swallows_a_signal));
}

/* -------------------------------------------------------------------- torture */

static void wait_a_while(struct gang_member *self, struct cond *what)
{
	if (gang_random(self) % 2)
		cond_wait(what, &m);
	else
		(void)!cond_wait_timeout(what, &m, gang_deadline(self, 0));
}

static void put(struct gang_member *self)
{
	mutex_lock(&m);
	while (items == SLOTS)
		wait_a_while(self, &room);
	items++;
	if (items > SLOTS)
		store_release(&over, 1);
	if (gang_random(self) % 4)
		ops->signal(&c);
	else
		ops->broadcast(&c);
	mutex_unlock(&m);
}

static void get(struct gang_member *self)
{
	mutex_lock(&m);
	while (!items)
		wait_a_while(self, &c);
	items--;
	ops->signal(&room);
	mutex_unlock(&m);
}

/* Half of them put and half of them take, through a buffer of two slots. */
static void produce_or_consume(struct gang_member *self)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (self->index % 2)
			put(self);
		else
			get(self);
		gang_chaos(self);
		gang_step(self);
	}
}

TEST("sync/condvar", test_cond_survives_torture)
{
	begin(&cond_ops);
	test_note(t, "seed 0x%lx", t->seed);
	gang_start(&gang, TORTURERS, produce_or_consume, t->seed);
	if (!check(t, gang_wait(&gang, PATIENT)))
		return;
	check(t, items == 0);
	check(t, !load_acquire(&over));
	check(t, waitq_count(&c.q) == 0 && waitq_count(&room.q) == 0);
}

/* From interrupts too: the waiter's flag needs no mutex, but a loop. */
static struct atomic32 flags;

static void raise_flag(void)
{
	fetch_add_acq_rel(&flags, 1);
	ops->broadcast(&c);
}

static void wait_for_flag(struct gang_member *self)
{
	for (unsigned i = 0; i < ROUNDS / 4; i++) {
		uint32_t before = load_acquire(&flags);

		gang_interrupt(self, raise_flag);
		mutex_lock(&m);
		/* a handler takes no mutex, so it may come before the queue */
		while (load_acquire(&flags) == before)
			(void)!ops->wait(&c, &m, clock_ns() + MS);
		mutex_unlock(&m);
		gang_step(self);
	}
}

TEST("sync/condvar", test_cond_is_signalled_from_interrupts)
{
	begin(&cond_ops);
	store_release(&flags, 0);
	gang_start(&gang, TORTURERS, wait_for_flag, t->seed);
	check(t, gang_wait(&gang, PATIENT));
	check(t, load_acquire(&flags) == TORTURERS * (ROUNDS / 4));
}
