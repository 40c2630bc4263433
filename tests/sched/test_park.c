/*
 * tests/sched/test_park.c - tokens, deadlines and their races.
 */
#include "sync/park.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "sched/timer.h"
#include "sync/spinlock.h"
#include "tests/sched/crew.h"

#define MS	1000000ULL
#define US	1000ULL

static struct crew crew;
static unsigned cpus[CREW_MAX];

TEST("sched/park", test_a_token_is_remembered)
{
	unpark(thread_self());
	check(t, thread_park(clock_ns() + 10000 * MS));
}

TEST("sched/park", test_tokens_are_one_not_a_count)
{
	unpark(thread_self());
	unpark(thread_self());
	unpark(thread_self());
	check(t, thread_park(clock_ns() + 10000 * MS));
	check(t, !thread_park(clock_ns() + 2 * MS));
}

TEST("sched/park", test_a_deadline_ends_park_and_not_before)
{
	for (unsigned i = 0; i < 10; i++) {
		uint64_t deadline = clock_ns() + test_random(t) % (2 * MS);

		check(t, !thread_park(deadline));
		check(t, clock_ns() >= deadline);
	}
	check(t, !thread_park(0));
	check(t, !thread_park(clock_ns()));
}

TEST("sched/park", test_sleep_keeps_a_token_for_park)
{
	uint64_t deadline = clock_ns() + 2 * MS;

	unpark(thread_self());
	thread_sleep(deadline);
	check(t, clock_ns() >= deadline);
	check(t, thread_park(clock_ns() + 10000 * MS));
}

/*
 * Pairs throw a ball: member 2i writes ball, wakes 2i + 1, which answers.  The
 * ball is a plain word, so the token alone carries it over.
 */
static struct { uint64_t ball; struct atomic32 turn; } court[CREW_MAX / 2];
static struct atomic32 dropped;

#define THROWS	300

static void play(struct member *m)
{
	unsigned pair = m->index / 2, mine = m->index % 2;
	struct thread *other;

	/* relaxed: which of the two is fixed before the ball is served */
	for (uint64_t i = 0; i < THROWS; i++) {
		while (load_relaxed(&court[pair].turn) != mine)
			park(PARK_FOREVER);
		if (court[pair].ball != 2 * i + mine)
			store_relaxed(&dropped, 1);	/* relaxed: read later */
		court[pair].ball++;
		other = m->crew->member[m->index ^ 1].thread;
		/* relaxed: unpark() releases it */
		store_relaxed(&court[pair].turn, !mine);
		unpark(other);
		crew_step(m);
	}
}

static void play_on(struct test *t, unsigned pairs, const unsigned *on)
{
	store_relaxed(&dropped, 0);	/* relaxed: before they start */
	for (unsigned i = 0; i < pairs; i++) {
		court[i].ball = 0;
		store_relaxed(&court[i].turn, 2);	/* relaxed: as above */
	}
	if (!crew_start(t, &crew, 2 * pairs, play, on))
		return;
	for (unsigned i = 0; i < pairs; i++) {
		store_release(&court[i].turn, 0);
		unpark(crew.member[2 * i].thread);
	}
	crew_wait(t, &crew);
	check(t, !load_relaxed(&dropped));	/* relaxed: they have ended */
}

TEST("sched/park", test_no_wake_up_is_lost_between_two_cpus)
{
	for (unsigned i = 0; i < CREW_MAX; i++)
		cpus[i] = nth_cpu(i % 2);
	play_on(t, 1, cpus);
}

TEST("sched/park", test_no_wake_up_is_lost_on_one_cpu)
{
	for (unsigned i = 0; i < CREW_MAX; i++)
		cpus[i] = nth_cpu(0);
	play_on(t, 4, cpus);
}

TEST("sched/park", test_no_wake_up_is_lost_in_a_storm)
{
	play_on(t, 8, NULL);
}

/*
 * Each round the waker unparks once, at about the waiter's deadline.  A round
 * ends when its token was taken, before or after a time-out.
 */
#define ROUNDS	300

static struct atomic64 asked, sent;
static struct atomic32 too_early, time_outs;

static void wait_with_deadline(struct member *m)
{
	uint64_t seed = m->seed;

	for (uint64_t round = 1; round <= ROUNDS; round++) {
		uint64_t wait = (seed = seed * 6364136223846793005 + 1) >> 48;

		store_release(&asked, round);
		unpark(m->crew->member[1].thread);
		if (!thread_park(clock_ns() + wait)) {
			fetch_add_relaxed(&time_outs, 1); /* relaxed: a count */
			while (!thread_park(PARK_FOREVER))
				;	/* ended by the token of this round */
		}
		if (load_acquire(&sent) != round)
			store_relaxed(&too_early, 1);	/* relaxed: read later */
		crew_step(m);
	}
}

static void wake_at_deadline(struct member *m)
{
	uint64_t seed = m->seed;

	for (uint64_t round = 1; round <= ROUNDS; round++) {
		uint64_t until;

		while (load_acquire(&asked) != round)
			park(PARK_FOREVER);
		until = clock_ns() +
			((seed = seed * 6364136223846793005 + 1) >> 48);
		while (clock_ns() < until)	/* ended by the clock */
			cpu_relax();
		store_release(&sent, round);
		unpark(m->crew->member[0].thread);
	}
}

static void race(struct member *m)
{
	if (m->index)
		wake_at_deadline(m);
	else
		wait_with_deadline(m);
}

TEST("sched/park", test_time_out_and_wake_give_one_result)
{
	store_relaxed(&asked, 0);	/* relaxed: before they start */
	store_relaxed(&sent, 0);	/* relaxed: as above */
	store_relaxed(&too_early, 0);	/* relaxed: as above */
	store_relaxed(&time_outs, 0);	/* relaxed: as above */
	if (!crew_start(t, &crew, 2, race, NULL) || !crew_wait(t, &crew))
		return;
	/* relaxed: they have ended */
	check(t, !load_relaxed(&too_early));
	test_note(t, "%u of %u rounds timed out", load_relaxed(&time_outs),
		  ROUNDS);
}

/* Wake-ups from interrupts: a timer's handler throws, the thread catches. */
static struct timer thrower;
static struct thread *catcher;
static struct atomic32 caught;

static void throw(struct timer *timer)
{
	(void)timer;
	unpark(catcher);
}

static void catch(struct member *m)
{
	for (unsigned i = 0; i < 60; i++) {
		catcher = m->thread;
		timer_start(&thrower, clock_ns() + m->seed % (50 * US));
		if (thread_park(clock_ns() + 20000 * MS))
			fetch_add_relaxed(&caught, 1);	/* relaxed: a count */
		timer_stop_wait(&thrower);
		crew_step(m);
	}
}

TEST("sched/park", test_an_interrupt_wakes)
{
	store_relaxed(&caught, 0);	/* relaxed: before they start */
	timer_init(&thrower, throw);
	if (!crew_start(t, &crew, 1, catch, NULL) || !crew_wait(t, &crew))
		return;
	check(t, load_relaxed(&caught) == 60);	/* relaxed: they have ended */
}

/* Everybody wakes everybody, holding a lock that is wanted everywhere. */
static struct spinlock busy = SPINLOCK_INIT;

static void wake_neighbours(struct member *m)
{
	for (unsigned i = 0; i < 100; i++) {
		unsigned next = (m->index + i) % m->crew->n;
		uint64_t was = spin_lock_irqsave(&busy);

		unpark(m->crew->member[next].thread);
		spin_unlock_irqrestore(&busy, was);
		park(clock_ns() + 200 * US);
		crew_step(m);
	}
}

TEST("sched/park", test_unpark_works_under_a_lock)
{
	/* crew_wait() joins only when all have ended: their records stay */
	if (crew_start(t, &crew, 12, wake_neighbours, NULL))
		crew_wait(t, &crew);
}

static struct atomic32 there;

static void park_until_killed(struct member *m)
{
	(void)m;
	store_release(&there, 1);
	/* ended by the test */
	while (!thread_is_killed())
		park(PARK_KILLABLE);
}

TEST("sched/park", test_a_kill_ends_a_wait_without_a_deadline)
{
	struct thread *th;

	store_relaxed(&there, 0);	/* relaxed: before it starts */
	if (!crew_start(t, &crew, 1, park_until_killed, NULL))
		return;
	th = crew.member[0].thread;
	wait_for(t, &there, 1);
	/* relaxed: a poll */
	while (load_relaxed(&th->state) != THREAD_PARKED)
		thread_sleep(clock_ns() + MS);
	thread_kill(th);
	crew_wait(t, &crew);
}
