/*
 * tests/sync/test_park.c - who is killed while it waits leaves nothing
 * behind, and loses nobody's wake-up: for all that sleeps.
 *
 * Each primitive is a baton here: give() lets one of those go on who wait, and
 * who was let go on gives it to the next.  So after one give() nobody waits
 * for ever, but by a wake-up that went to one who is not there any more.
 */
#include "kernel/errno.h"
#include "sync/completion.h"
#include "sync/condvar.h"
#include "sync/futex.h"
#include "sync/mutex.h"
#include "sync/pi_mutex.h"
#include "sync/rwsem.h"
#include "sync/semaphore.h"
#include "sync/waitq.h"
#include "tests/sync/gang.h"

#define WAITERS		3
#define RACES		8

static struct waitq q;
static struct semaphore s;
static struct completion done;
static struct mutex m;
static struct pi_mutex p;
static struct rwsem rw;
static struct cond c;
static struct atomic32 flag, result[WAITERS];	/* 1: killed, 2: let go on */

struct baton {
	const char *name;
	void (*begin)(void);		/* we have it */
	bool (*wait)(uint64_t deadline_ns);
	void (*give)(void);
	unsigned (*waiting)(void);
};

static bool flag_is_set(void *unused)
{
	(void)unused;
	return load_acquire(&flag);
}

static void waitq_begin(void)
{
	waitq_init(&q);
}

static bool waitq_wait(uint64_t deadline_ns)
{
	return wait_exclusive_timeout(&q, flag_is_set, NULL, deadline_ns);
}

static void waitq_give(void)
{
	store_release(&flag, 1);
	waitq_wake_one(&q);
}

static unsigned waitq_waiting(void)
{
	return waitq_count(&q);
}

static void sem_begin(void)
{
	sem_init(&s, 0);
}

static bool sem_wait(uint64_t deadline_ns)
{
	return sem_down_timeout(&s, deadline_ns);
}

static void sem_give(void)
{
	sem_up(&s);
}

static unsigned sem_waiting(void)
{
	return waitq_count(&s.q);
}

static void completion_begin(void)
{
	completion_init(&done);
}

static bool completion_wait(uint64_t deadline_ns)
{
	return wait_for_completion_timeout(&done, deadline_ns);
}

static void completion_give(void)
{
	complete(&done);
}

static unsigned completion_waiting(void)
{
	return waitq_count(&done.q);
}

static void mutex_begin(void)
{
	mutex_init(&m);
	mutex_lock(&m);
}

static bool mutex_wait(uint64_t deadline_ns)
{
	return mutex_lock_timeout(&m, deadline_ns);
}

static void mutex_give(void)
{
	mutex_unlock(&m);
}

static unsigned mutex_waiting(void)
{
	return waitq_count(&m.q);
}

static void pi_begin(void)
{
	pi_mutex_init(&p);
	(void)!pi_mutex_trylock(&p);
}

static bool pi_wait(uint64_t deadline_ns)
{
	return !pi_mutex_lock_timeout(&p, deadline_ns);
}

static void pi_give(void)
{
	pi_mutex_unlock(&p);
}

static unsigned pi_waiting(void)
{
	uint64_t was = pi_queue_lock(&p.q);
	unsigned n = 0;

	list_for_each(node, &p.q.waiters)
		n++;
	pi_queue_unlock(&p.q, was);
	return n;
}

static void rw_begin(void)
{
	rwsem_init(&rw);
	rwsem_write_lock(&rw);
}

static bool rw_wait(uint64_t deadline_ns)
{
	return rwsem_write_lock_timeout(&rw, deadline_ns);
}

static void rw_give(void)
{
	rwsem_write_unlock(&rw);
}

static unsigned rw_waiting(void)
{
	return waitq_count(&rw.q);
}

static void cond_begin(void)
{
	cond_init(&c);
	mutex_init(&m);
}

static bool cond_baton_wait(uint64_t deadline_ns)
{
	bool signalled = true;

	mutex_lock(&m);
	while (!load_acquire(&flag) && signalled)
		signalled = cond_wait_timeout(&c, &m, deadline_ns);
	mutex_unlock(&m);
	return load_acquire(&flag);
}

static void cond_give(void)
{
	mutex_lock(&m);
	store_release(&flag, 1);
	cond_signal(&c);
	mutex_unlock(&m);
}

static unsigned cond_waiting(void)
{
	return waitq_count(&c.q);
}

static void futex_begin(void)
{
}

static bool futex_baton_wait(uint64_t deadline_ns)
{
	int err = 0;

	while (!load_acquire(&flag) && err != -ETIMEDOUT)
		err = futex_wait(&futex_kernel, (uintptr_t)&flag, 0,
				 deadline_ns);
	return err != -ETIMEDOUT;
}

static void futex_give(void)
{
	store_release(&flag, 1);
	futex_wake(&futex_kernel, (uintptr_t)&flag, 1);
}

static unsigned futex_waiting(void)
{
	return futex_waiters(&futex_kernel, (uintptr_t)&flag);
}

static const struct baton batons[] = {
	{ "waitq", waitq_begin, waitq_wait, waitq_give, waitq_waiting },
	{ "semaphore", sem_begin, sem_wait, sem_give, sem_waiting },
	{ "completion", completion_begin, completion_wait, completion_give,
	  completion_waiting },
	{ "mutex", mutex_begin, mutex_wait, mutex_give, mutex_waiting },
	{ "pi_mutex", pi_begin, pi_wait, pi_give, pi_waiting },
	{ "rwsem", rw_begin, rw_wait, rw_give, rw_waiting },
	{ "condvar", cond_begin, cond_baton_wait, cond_give, cond_waiting },
	{ "futex", futex_begin, futex_baton_wait, futex_give, futex_waiting },
};

static struct gang gang;
static const struct baton *baton;

static void wait_and_pass_on(struct gang_member *self)
{
	bool got = baton->wait(PARK_KILLABLE);

	store_release(&result[self->index], 1 + got);
	if (got)
		baton->give();
}

static bool so_many_wait(void *n)
{
	return baton->waiting() == *(unsigned *)n;
}

static void start(struct test *t, const struct baton *which)
{
	unsigned all = WAITERS;

	baton = which;
	for (unsigned i = 0; i < WAITERS; i++)
		store_release(&result[i], 0);
	store_release(&flag, 0);
	baton->begin();
	gang_start(&gang, WAITERS, wait_and_pass_on, test_random(t));
	if (!check(t, wait_until_holds(so_many_wait, &all, PATIENT)))
		test_note(t, "%s", baton->name);
}

static bool has_result(void *word)
{
	return load_acquire((struct atomic32 *)word);
}

TEST("sync/park", test_a_killed_waiter_leaves_nothing_behind)
{
	for (unsigned i = 0; i < ARRAY_LEN(batons); i++) {
		unsigned victim = test_random(t) % WAITERS;

		start(t, &batons[i]);
		thread_kill(gang.member[victim].thread);
		check(t, wait_until_holds(has_result, &result[victim],
					  PATIENT));
		if (!check(t, load_acquire(&result[victim]) == 1) ||
		    !check(t, baton->waiting() == WAITERS - 1))
			test_note(t, "%s", baton->name);
		baton->give();
		check(t, gang_wait(&gang, PATIENT));
		for (unsigned j = 0; j < WAITERS; j++)
			check(t, load_acquire(&result[j]) == 1 + (j != victim));
	}
}

/* The wake-up and the kill come together: whoever lives goes on. */
TEST("sync/park", test_a_killed_waiter_takes_no_wake_up_along)
{
	for (unsigned i = 0; i < ARRAY_LEN(batons) * RACES; i++) {
		unsigned victim = test_random(t) % WAITERS;
		bool first = test_random(t) % 2;

		start(t, &batons[i % ARRAY_LEN(batons)]);
		if (first)
			thread_kill(gang.member[victim].thread);
		baton->give();
		if (!first)
			thread_kill(gang.member[victim].thread);
		if (!check(t, gang_wait(&gang, PATIENT))) {
			test_note(t, "%s: somebody waits for ever",
				  baton->name);
			return;
		}
		check(t, baton->waiting() == 0);
		for (unsigned j = 0; j < WAITERS; j++)
			check(t, j == victim || load_acquire(&result[j]) == 2);
	}
}

static struct atomic32 owned;

static void lock_come_what_may(struct gang_member *self)
{
	(void)self;
	thread_kill(thread_self());
	mutex_lock(&m);
	store_release(&owned, mutex_is_mine(&m) + 1);
	mutex_unlock(&m);
}

TEST("sync/park", test_who_waits_forever_waits_though_killed)
{
	unsigned one = 1;

	baton = &batons[3];
	store_release(&owned, 0);
	mutex_begin();
	gang_start(&gang, 1, lock_come_what_may, t->seed);
	check(t, wait_until_holds(so_many_wait, &one, PATIENT));
	check(t, !wait_until_holds(has_result, &owned, 5));
	mutex_unlock(&m);
	check(t, gang_wait(&gang, PATIENT));
	check(t, load_acquire(&owned) == 2);
}
