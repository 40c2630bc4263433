/*
 * tests/sync/test_pi_mutex.c - each line of sync/pi_mutex.h's Guarantees, for
 * the mutex and against its broken twins; the chains are test_pi_chain.c's.
 */
#include "sync/pi_mutex.h"

#include "arch/cpu.h"
#include "kernel/errno.h"
#include "kernel/mem.h"
#include "sync/self.h"
#include "tests/sync/gang.h"
#include "tests/sync/twins_pi.h"

#define WORKERS		8
#define LOCKS		6
#define DEPTH		3	/* locks that one worker takes at a time */
#define ROUNDS		40
#define LOOKS		25	/* of the torture's judge */
#define PRIOS		15	/* 1 .. 15: all below who watches */

static struct gang gang;
static struct pi_mutex m[LOCKS];
static const struct pi_mutex_ops *ops;
static struct atomic32 inside[LOCKS], overlaps, refused;
static uint64_t plain[LOCKS], turns[WORKERS][LOCKS];
static struct atomic32 hold, turn, entered, stop;
static struct atomic32 held_up[WORKERS], order[GANG_MAX];

static void begin(const struct pi_mutex_ops *which)
{
	ops = which;
	for (unsigned i = 0; i < LOCKS; i++) {
		pi_mutex_init(&m[i]);
		plain[i] = 0;
		/* relaxed: the gang has not been let go; and so below */
		store_relaxed(&inside[i], 0);
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		store_relaxed(&held_up[i], 0);
		__builtin_memset(turns[i], 0, sizeof(turns[i]));
	}
	store_relaxed(&overlaps, 0);
	store_relaxed(&refused, 0);
	store_relaxed(&hold, 0);
	store_relaxed(&turn, 0);
	store_relaxed(&entered, 0);
	store_relaxed(&stop, 0);
}

static unsigned in_line(struct pi_mutex *l)
{
	uint64_t was = pi_queue_lock(&l->q);
	unsigned n = 0;

	list_for_each(node, &l->q.waiters)
		n++;
	pi_queue_unlock(&l->q, was);
	return n;
}

/* ----------------------------------------------------- whatever may happen */

/* Everybody comes by here after each thing it does. */
static void stand_still_if_asked(struct gang_member *self)
{
	if (gang_random(self) % 4 == 0)
		park(clock_ns() + gang_random(self) % (100 * US));
	while (load_acquire(&hold)) {
		store_release(&held_up[self->index], 1);
		park(clock_ns() + MS / 2);
	}
	store_release(&held_up[self->index], 0);
}

static bool take_somehow(struct gang_member *self, struct pi_mutex *l)
{
	unsigned how = gang_random(self) % 6;
	int err;

	if (!how)
		return ops->trylock(l);
	err = ops->lock(l, how < 4 ? gang_deadline(self, 0) : PARK_FOREVER);
	/* all go by rising numbers: there is no cycle */
	if (err == -EDEADLK)
		store_release(&refused, 1);
	return !err;
}

static void enter(struct gang_member *self, unsigned i)
{
	/* relaxed: counts only; the mutex is what is being tested */
	if (fetch_add_relaxed(&inside[i], 1))
		fetch_add_relaxed(&overlaps, 1);	/* relaxed: as above */
	else if (ops != &pi_mutex_that_does_nothing)
		plain[i]++;
	turns[self->index][i]++;
}

static void leave(struct gang_member *self, unsigned i)
{
	fetch_add_relaxed(&inside[i], -1);	/* relaxed: as above */
	ops->unlock(&m[i]);
	stand_still_if_asked(self);
}

static void change_somebody(struct gang_member *self)
{
	struct gang *g = self->gang;
	unsigned who = gang_random(self) % g->n;

	if (gang_random(self) % 2)
		thread_set_priority(g->member[who].thread,
				    1 + gang_random(self) % PRIOS);
}

/* Takes up to DEPTH locks by rising numbers, and gives them up in any order. */
static void take_and_give(struct gang_member *self)
{
	unsigned mine[DEPTH], n = 0, next = 0;

	while (n < DEPTH && next < LOCKS) {
		unsigned i = next + gang_random(self) % (LOCKS - next);

		if (!take_somehow(self, &m[i]))
			break;
		enter(self, i);
		mine[n++] = i;
		next = i + 1;
		stand_still_if_asked(self);
	}
	change_somebody(self);
	stand_still_if_asked(self);
	while (n) {
		unsigned k = gang_random(self) % n;

		leave(self, mine[k]);
		mine[k] = mine[--n];
	}
}

static void work(struct gang_member *self)
{
	thread_set_priority(thread_self(), 1 + gang_random(self) % PRIOS);
	/* ended by the judge */
	while (!gang_stopped(self)) {
		take_and_give(self);
		gang_step(self);
	}
}

/* It stands still: at the gate, or in line.  (Or moves, and will stop.) */
static bool is_still(struct gang_member *member)
{
	struct pi_self *s = &thread_sync(member->thread)->pi;
	uint64_t was = spin_lock_irqsave(&s->lock);
	bool blocked = s->blocked;

	spin_unlock_irqrestore(&s->lock, was);
	return blocked || load_acquire(&held_up[member->index]) ||
	       member_done(member);
}

/* The most urgent of those who wait in l, asking the scheduler, not l. */
static int most_urgent(struct pi_mutex *l)
{
	uint64_t was = pi_queue_lock(&l->q);
	int most = 0;

	list_for_each(node, &l->q.waiters) {
		struct pi_waiter *w = list_entry(node, struct pi_waiter,
						 queued);
		int prio = thread_priority(w->thread);

		if (prio > most)
			most = prio;
	}
	pi_queue_unlock(&l->q, was);
	return most;
}

static int due(struct thread *t)
{
	int prio = thread_base_priority(t);

	for (unsigned i = 0; i < LOCKS; i++) {
		if ((load_acquire(&m[i].owner) & ~1UL) != (uintptr_t)t)
			continue;
		if (most_urgent(&m[i]) > prio)
			prio = most_urgent(&m[i]);
	}
	return prio;
}

/* priority == max(base, those who wait for what it owns), for everybody. */
static bool all_as_due(void *gang_)
{
	struct gang *g = gang_;

	for (unsigned i = 0; i < g->n; i++) {
		struct gang_member *member = &g->member[i];

		if (!is_still(member))
			return false;
		if (!member_done(member) &&
		    thread_priority(member->thread) != due(member->thread))
			return false;
	}
	return true;
}

static void tell(struct test *t, struct gang *g)
{
	for (unsigned i = 0; i < g->n; i++) {
		struct thread *thread = g->member[i].thread;

		if (!is_still(&g->member[i]))
			test_note(t, "%s: %u does not stop", ops->name, i);
		if (thread_priority(thread) != due(thread))
			test_note(t, "%s: %u runs at %d, and should at %d",
				  ops->name, i, thread_priority(thread),
				  due(thread));
	}
}

/* Now and then all stand still, and are looked at. */
static bool inherits(struct test *t, const struct pi_mutex_ops *which,
		     unsigned patience)
{
	uint64_t seed = test_random(t);
	bool ok = true;

	begin(which);
	test_note(t, "seed 0x%lx", seed);
	gang_start(&gang, WORKERS, work, seed);
	for (unsigned i = 0; ok && i < LOOKS; i++) {
		sleep_until(clock_ns() + MS);
		store_release(&hold, 1);
		ok = wait_until_holds(all_as_due, &gang, patience);
		if (!ok)
			tell(t, &gang);
		store_release(&hold, 0);
	}
	gang_stop(&gang);
	check(t, gang_wait(&gang, PATIENT));
	return ok;
}

/* Nothing is left, and no addition was lost. */
static void look_after(struct test *t)
{
	for (unsigned i = 0; i < LOCKS; i++) {
		uint64_t sum = 0;

		for (unsigned j = 0; j < WORKERS; j++)
			sum += turns[j][i];
		check(t, plain[i] == sum);
		check(t, load_acquire(&m[i].owner) == 0);
		check(t, in_line(&m[i]) == 0);
		check(t, !m[i].q.owner);
	}
	check(t, !load_acquire(&overlaps));
	check(t, !load_acquire(&refused));
}

TEST("sync/pi_mutex", test_pi_mutex_priorities_are_as_due_under_torture)
{
	test_breaks_rules(t);
	check(t, inherits(t, &pi_mutex_ops, PATIENT));
	look_after(t);
}

TEST("sync/pi_mutex", test_pi_mutex_that_boosts_nobody_goes_red_in_torture)
{
	bool caught = false;

	for (unsigned i = 0; i < 20 && !caught; i++)
		caught = !inherits(t, &pi_mutex_that_boosts_nobody, IMPATIENT);
	check(t, caught);
}

TEST("sync/pi_mutex", test_pi_mutex_that_keeps_the_boost_goes_red_in_torture)
{
	bool caught = false;

	for (unsigned i = 0; i < 20 && !caught; i++)
		caught = !inherits(t, &pi_mutex_that_keeps_the_boost,
				   IMPATIENT);
	check(t, caught);
}

static void add_under_lock(struct gang_member *self)
{
	for (unsigned i = 0; i < 2 * ROUNDS; i++) {
		if (ops->lock(&m[0], PARK_FOREVER))
			continue;
		enter(self, 0);
		if (gang_random(self) % 4 == 0)
			park(clock_ns() + 20 * US);
		leave(self, 0);
		gang_step(self);
	}
}

static bool excludes(struct test *t, const struct pi_mutex_ops *which)
{
	uint32_t n;

	begin(which);
	gang_start(&gang, WORKERS, add_under_lock, t->seed);
	check(t, gang_wait(&gang, PATIENT));
	n = load_acquire(&overlaps);
	if (n)
		test_note(t, "%s: %u times two were inside at once", ops->name,
			  n);
	return !n;
}

TEST("sync/pi_mutex", test_pi_mutex_excludes)
{
	check(t, excludes(t, &pi_mutex_ops));
	look_after(t);
}

TEST("sync/pi_mutex", test_pi_mutex_that_does_nothing_is_caught)
{
	check(t, !excludes(t, &pi_mutex_that_does_nothing));
}

/* ------------------------------------------------------------ who is next */

static bool queued(void *n)
{
	return in_line(&m[0]) == *(unsigned *)n;
}

static bool is_set(void *word)
{
	return load_acquire((struct atomic32 *)word);
}

/* as they come; the last two are equals */
static const int prios[] = { 5, 9, 3, 11, 9, 3 };
static const unsigned by_urgency[] = { 3, 1, 4, 0, 2, 5 };

static void lock_in_turn(struct gang_member *self)
{
	thread_set_priority(thread_self(), prios[self->index]);
	gang_await_turn(self);
	if (ops->lock(&m[0], PARK_FOREVER))
		return;
	store_release(&order[fetch_add_acq_rel(&entered, 1)], self->index);
	ops->unlock(&m[0]);
}

static bool serves_by_urgency(struct test *t, const struct pi_mutex_ops *which)
{
	bool ok = true;

	begin(which);
	check(t, !pi_mutex_lock(&m[0]));
	gang_start(&gang, ARRAY_LEN(prios), lock_in_turn, t->seed);
	for (unsigned i = 0, n = 1; i < ARRAY_LEN(prios); i++, n++) {
		gang_admit(&gang, i);
		check(t, wait_until_holds(queued, &n, PATIENT));
	}
	pi_mutex_unlock(&m[0]);
	check(t, gang_wait(&gang, PATIENT));
	for (unsigned i = 0; ok && i < ARRAY_LEN(prios); i++) {
		ok = load_acquire(&order[i]) == by_urgency[i];
		if (!ok)
			test_note(t, "%s: %u enters where %u is due",
				  ops->name, load_acquire(&order[i]),
				  by_urgency[i]);
	}
	return ok;
}

TEST("sync/pi_mutex", test_pi_mutex_serves_the_most_urgent)
{
	check(t, serves_by_urgency(t, &pi_mutex_ops));
}

TEST("sync/pi_mutex", test_pi_mutex_that_serves_who_came_first_is_caught)
{
	check(t, !serves_by_urgency(t,
				    &pi_mutex_that_serves_who_came_first));
}

/* Freed for a waiter, which cannot look: its queue's lock is ours. */
TEST("sync/pi_mutex", test_pi_mutex_free_goes_to_who_is_more_urgent_still)
{
	unsigned one = 1;

	begin(&pi_mutex_ops);
	check(t, !pi_mutex_lock(&m[0]));
	gang_start(&gang, 1, lock_in_turn, t->seed);
	check(t, wait_until_holds(queued, &one, PATIENT));
	for (unsigned more = 0; more < 2; more++) {
		uint64_t was = pi_queue_lock(&m[0].q);

		thread_set_priority(thread_self(), prios[0] + more);
		pi_own_locked(&m[0].q, NULL);
		store_release(&m[0].owner, 1);	/* free, with waiters */
		check(t, pi_mutex_take_locked(&m[0], NULL) == more);
		if (!more) {
			store_release(&m[0].owner,
				      (uintptr_t)thread_self() | 1);
			pi_own_locked(&m[0].q, thread_self());
		}
		pi_queue_unlock(&m[0].q, was);
	}
	thread_set_priority(thread_self(), 16);
	pi_mutex_unlock(&m[0]);
	check(t, gang_wait(&gang, PATIENT));
}

/* -------------------------------------------------------------- time-outs */

static void hold_until_stop(struct gang_member *self)
{
	(void)self;
	if (ops->lock(&m[0], PARK_FOREVER))
		return;
	store_release(&entered, 1);
	/* ended by the test */
	while (!load_acquire(&stop))
		park(clock_ns() + MS);
	ops->unlock(&m[0]);
}

TEST("sync/pi_mutex", test_pi_mutex_time_out_leaves_nothing_behind)
{
	uint64_t deadline;

	begin(&pi_mutex_ops);
	gang_start(&gang, 1, hold_until_stop, t->seed);
	check(t, wait_until_holds(is_set, &entered, PATIENT));
	check(t, !pi_mutex_trylock(&m[0]));
	check(t, !pi_mutex_is_mine(&m[0]));
	thread_set_priority(gang.member[0].thread, 3);
	deadline = clock_ns() + 2 * MS;
	check(t, pi_mutex_lock_timeout(&m[0], deadline) == -ETIMEDOUT);
	check(t, clock_ns() >= deadline);
	check(t, in_line(&m[0]) == 0);
	check(t, thread_priority(gang.member[0].thread) == 3);
	store_release(&stop, 1);
	check(t, gang_wait(&gang, PATIENT));
	check(t, load_acquire(&m[0].owner) == 0);
	check(t, pi_mutex_trylock(&m[0]));
	check(t, pi_mutex_is_mine(&m[0]));
	pi_mutex_unlock(&m[0]);
}

/* The mutex becomes free, and its only waiter is past its deadline. */
static void lock_timed(struct gang_member *self)
{
	(void)self;
	if (!ops->lock(&m[0], clock_ns() + 4 * MS)) {
		fetch_add_acq_rel(&entered, 1);
		ops->unlock(&m[0]);
	}
}

/* As an unlock does, but late: q's lock is held over the deadline. */
static bool keeps_its_turn(struct test *t, const struct pi_mutex_ops *which)
{
	struct pi_waiter *w;
	uint64_t was, late;
	bool ok;

	begin(which);
	check(t, !pi_mutex_lock(&m[0]));
	gang_start(&gang, 1, lock_timed, t->seed);
	/* until it is quick enough to be seen there */
	do {
		was = pi_queue_lock(&m[0].q);
		w = pi_first_locked(&m[0].q);
		if (w)
			break;
		pi_queue_unlock(&m[0].q, was);
		sleep_until(clock_ns() + 100 * US);
	} while (!member_done(&gang.member[0]));
	if (!w) {
		pi_mutex_unlock(&m[0]);
		check(t, gang_wait(&gang, PATIENT));
		return true;
	}
	late = clock_ns() + 5 * MS;
	while (clock_ns() < late)
		cpu_relax();
	pi_own_locked(&m[0].q, NULL);
	store_release(&m[0].owner, 1);
	unpark(w->thread);
	pi_queue_unlock(&m[0].q, was);
	check(t, gang_wait(&gang, PATIENT));
	ok = load_acquire(&entered) && !load_acquire(&m[0].owner);
	if (!ok)
		test_note(t, "%s: woken to have it, and gone: nobody does",
			  ops->name);
	return ok;
}

TEST("sync/pi_mutex", test_pi_mutex_time_out_does_not_lose_a_wake_up)
{
	for (unsigned i = 0; i < 5; i++)
		check(t, keeps_its_turn(t, &pi_mutex_ops));
}

TEST("sync/pi_mutex", test_pi_mutex_that_swallows_its_turn_is_caught)
{
	bool caught = false;

	for (unsigned i = 0; !caught && i < 50; i++)
		caught = !keeps_its_turn(t, &pi_mutex_that_swallows_its_turn);
	check(t, caught);
}

/* -------------------------------------------------------- freed by the last */

#define OWNERS	4

static struct atomic_ptr shared;

struct object {
	struct pi_mutex lock;
	unsigned refs;		/* under lock */
};

static struct object *new_object(void)
{
	struct object *o = mem_alloc(sizeof(*o));

	pi_mutex_init(&o->lock);
	o->refs = OWNERS;
	return o;
}

/* The last one frees what holds the mutex, as soon as it has unlocked it. */
static void drop(struct gang_member *self)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct object *o;
		bool last;

		/* the next object, from whoever is first to want it */
		while (load_acquire(&turn) != i)
			sleep_until(clock_ns() + 20 * US);
		o = load_acquire(&shared);
		change_somebody(self);
		if (pi_mutex_lock(&o->lock))
			continue;
		last = --o->refs == 0;
		pi_mutex_unlock(&o->lock);
		if (last) {
			__builtin_memset(o, 0x6b, sizeof(*o));
			mem_free(o);
			store_release(&shared, new_object());
			store_release(&turn, i + 1);
		}
		gang_step(self);
	}
}

TEST("sync/pi_mutex", test_pi_mutex_may_be_freed_by_its_last_owner)
{
	begin(&pi_mutex_ops);
	store_release(&shared, new_object());
	gang_start(&gang, OWNERS, drop, t->seed);
	if (check(t, gang_wait(&gang, PATIENT)))
		mem_free(load_acquire(&shared));
}
