/*
 * tests/sync/test_mutex_spin.c - who wants a sleeper's mutex sleeps, too.
 *
 * A director holds the queue's lock, and sees by spin_last() that somebody has
 * come to it: to look at the owner, and then to queue, as in
 * tests/sync/test_rwsem_spin.c.
 *
 * Ordering    [A] a stage's words: who stores -> who waits for it.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/mutex.h"
#include "tests/sync/gang.h"

static struct mutex m;
static struct atomic32 ask, owned, may_leave, ended;
static struct thread *owner;
static bool queued;		/* the director's, by ended */

static void await(struct atomic32 *word, uint32_t value)
{
	while (load_acquire(word) < value)		/* [A] */
		park(clock_ns() + 100 * US);
}

/* It is inside, and asleep. */
static void own_asleep(void *unused)
{
	(void)unused;
	mutex_lock(&m);
	store_release(&owned, 1);			/* [A] */
	while (!load_acquire(&may_leave))		/* [A] */
		park(PARK_FOREVER);
	mutex_unlock(&m);
	fetch_add_acq_rel(&ended, 1);			/* [A] */
}

static void lock_when_asked(void *unused)
{
	(void)unused;
	await(&ask, 1);
	mutex_lock(&m);
	mutex_unlock(&m);
	fetch_add_acq_rel(&ended, 1);			/* [A] */
}

static bool owner_sleeps(void)
{
	/* three times: park() may return early, and be called again */
	for (unsigned i = 0; i < 3; i++) {
		if (thread_is_running(owner))
			return false;
		sleep_until(clock_ns() + MS);
	}
	return true;
}

/* With q locked: somebody has come to it, and is let through. */
static void let_through(void)
{
	while (!spin_last(&m.q.lock))
		cpu_relax();
	spin_unlock(&m.q.lock);
	spin_lock(&m.q.lock);
}

static void direct(void *unused)
{
	(void)unused;
	while (!owner_sleeps())
		sleep_until(clock_ns() + MS);
	spin_lock(&m.q.lock);
	store_release(&ask, 1);				/* [A] */
	let_through();
	if (!waitq_first_locked(&m.q))
		let_through();
	queued = waitq_first_locked(&m.q);
	spin_unlock(&m.q.lock);
	store_release(&may_leave, 1);			/* [A] */
	unpark(owner);
	fetch_add_acq_rel(&ended, 1);			/* [A] */
}

static void begin(void)
{
	mutex_init(&m);
	/* relaxed, all of them: nobody else is there yet */
	store_relaxed(&ask, 0);
	store_relaxed(&owned, 0);
	store_relaxed(&may_leave, 0);
	store_relaxed(&ended, 0);
}

/* It comes once to look, and once to queue. */
TEST("sync/mutex_spin", test_mutex_sleeps_while_the_owner_sleeps)
{
	struct cpumask on[2] = { 0 };
	struct thread *threads[2];
	unsigned n = 0;

	test_breaks_rules(t);	/* the director's interrupts are enabled */
	cpumask_for_each(cpu, &cpus_online)
		if (n < 2)
			cpumask_set(&on[n++], cpu);
	if (n == 1)		/* 0: threads are not placed here */
		return test_skip(t, "needs two CPUs");
	for (unsigned i = 0; i < 5; i++) {
		begin();
		owner = thread_spawn(own_asleep, NULL, NULL);
		await(&owned, 1);
		threads[0] = thread_spawn(lock_when_asked, NULL, &on[0]);
		threads[1] = thread_spawn(direct, NULL, &on[1]);
		await(&ended, 3);
		check(t, queued);
		thread_put(owner);
		thread_put(threads[0]);
		thread_put(threads[1]);
	}
}
