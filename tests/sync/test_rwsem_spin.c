/*
 * tests/sync/test_rwsem_spin.c - for whom a writer spins, and whom it passes.
 *
 * A director holds the queue's lock, and sees by spin_last() that the writer
 * has come to it: to look at who is inside, or to queue.  Then it lets the
 * writer through, and stands behind it in the line for that lock.  It leaves
 * interrupts enabled: others may wait for its CPU to answer, the writer behind
 * them.
 *
 * Ordering    [A] a stage's words: who stores -> who waits for it.
 */
#include "arch/cpu.h"
#include "sync/rwsem.h"
#include "tests/sync/gang.h"
#include "tests/sync/twins.h"

#define QUEUED	2u	/* as in sync/rwsem.c */
#define STAGES	20

static struct rwsem l;
static const struct rwsem_ops *ops;
static struct atomic32 ask, inside, owned, may_leave, ended;
static bool passed;		/* the director's, by ended */

static void begin(const struct rwsem_ops *which)
{
	ops = which;
	rwsem_init(&l);
	/* relaxed, all of them: nobody else is there yet */
	store_relaxed(&ask, 0);
	store_relaxed(&inside, 0);
	store_relaxed(&owned, 0);
	store_relaxed(&may_leave, 0);
	store_relaxed(&ended, 0);
}

static void await(struct atomic32 *word, uint32_t value)
{
	while (load_acquire(word) < value)		/* [A] */
		park(clock_ns() + 100 * US);
}

/* It asks, as soon as the director wants it to. */
static void write_once(void *unused)
{
	(void)unused;
	await(&ask, 1);
	(void)!ops->write_lock(&l, PARK_FOREVER);
	store_release(&inside, 1);			/* [A] */
	ops->write_unlock(&l);
	fetch_add_acq_rel(&ended, 1);			/* [A] */
}

/* It is inside, and asleep. */
static void own_asleep(void *unused)
{
	(void)unused;
	rwsem_write_lock(&l);
	store_release(&owned, 1);			/* [A] */
	while (!load_acquire(&may_leave))		/* [A] */
		park(PARK_FOREVER);
	rwsem_write_unlock(&l);
	fetch_add_acq_rel(&ended, 1);			/* [A] */
}

/* With q locked: somebody has come to it, and is let through. */
static void let_through(void)
{
	while (!spin_last(&l.q.lock))
		cpu_relax();
	spin_unlock(&l.q.lock);
	spin_lock(&l.q.lock);
}

/* We write, and run: it comes to look, and not at once to queue. */
static void direct_for_runner(void *unused)
{
	(void)unused;
	rwsem_write_lock(&l);
	spin_lock(&l.q.lock);
	store_release(&ask, 1);				/* [A] */
	let_through();
	passed = !waitq_first_locked(&l.q);
	spin_unlock(&l.q.lock);
	rwsem_write_unlock(&l);
	fetch_add_acq_rel(&ended, 1);			/* [A] */
}

static struct thread *owner;

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

/* It comes to look, and to queue; there is nothing else to come for. */
static void direct_for_sleeper(void *unused)
{
	(void)unused;
	while (!owner_sleeps())
		sleep_until(clock_ns() + MS);
	spin_lock(&l.q.lock);
	store_release(&ask, 1);				/* [A] */
	let_through();
	if (!waitq_first_locked(&l.q))
		let_through();
	passed = waitq_first_locked(&l.q);
	spin_unlock(&l.q.lock);
	store_release(&may_leave, 1);			/* [A] */
	unpark(owner);
	fetch_add_acq_rel(&ended, 1);			/* [A] */
}

/*
 * We are a writer that leaves: the lock is free, and marked as queued for.
 * The first step is done, and the second needs the lock that we hold.
 */
static void direct_past_queue(void *unused)
{
	(void)unused;
	spin_lock(&l.q.lock);
	fetch_or_acq_rel(&l.state, QUEUED);
	store_release(&ask, 1);				/* [A] */
	/* until it has come to queue, or in */
	while (!spin_last(&l.q.lock) && !load_acquire(&inside))	/* [A] */
		cpu_relax();
	passed = !load_acquire(&inside);		/* [A] */
	spin_unlock(&l.q.lock);
	fetch_add_acq_rel(&ended, 1);			/* [A] */
}

/* On CPUs of their own; false: there is one only. */
static bool have_two(struct test *t)
{
	test_breaks_rules(t);	/* the director's interrupts are enabled */
	if (cpumask_count(&cpus_online) != 1)
		return true;
	test_skip(t, "needs two CPUs");
	return false;
}

static void start_both(void (*director)(void *))
{
	struct cpumask on[2] = { 0 };
	struct thread *threads[2];
	unsigned n = 0;

	cpumask_for_each(cpu, &cpus_online)
		if (n < 2)
			cpumask_set(&on[n++], cpu);
	threads[0] = thread_spawn(write_once, NULL, &on[0]);
	threads[1] = thread_spawn(director, NULL, &on[1]);
	for (unsigned i = 0; i < 2; i++)
		thread_put(threads[i]);
}

static bool sleeps_for_sleeper(const struct rwsem_ops *which)
{
	begin(which);
	owner = thread_spawn(own_asleep, NULL, NULL);
	await(&owned, 1);
	start_both(direct_for_sleeper);
	await(&ended, 3);
	thread_put(owner);
	return passed;
}

static bool spins_for_runner(const struct rwsem_ops *which)
{
	begin(which);
	start_both(direct_for_runner);
	await(&ended, 2);
	return passed;
}

static bool keeps_behind_queue(const struct rwsem_ops *which)
{
	begin(which);
	start_both(direct_past_queue);
	await(&ended, 2);
	return passed;
}

/* If the director is late, it has given up by then: not each time. */
TEST("sync/rwsem_spin", test_rwsem_spins_while_the_writer_runs)
{
	bool seen = false;

	if (!have_two(t))
		return;
	for (unsigned i = 0; i < STAGES && !seen; i++)
		seen = spins_for_runner(&rwsem_ops);
	check(t, seen);
}

TEST("sync/rwsem_spin", test_rwsem_that_never_spins_is_caught)
{
	if (have_two(t))
		for (unsigned i = 0; i < STAGES; i++)
			check(t, !spins_for_runner(&rwsem_that_never_spins));
}

TEST("sync/rwsem_spin", test_rwsem_sleeps_while_the_writer_sleeps)
{
	if (have_two(t))
		for (unsigned i = 0; i < 5; i++)
			check(t, sleeps_for_sleeper(&rwsem_ops));
}

/* If the director is late, it may have given up by then: not each time. */
TEST("sync/rwsem_spin", test_rwsem_that_spins_for_a_sleeper_is_caught)
{
	bool caught = false;

	if (!have_two(t))
		return;
	for (unsigned i = 0; i < STAGES && !caught; i++)
		caught = !sleeps_for_sleeper(&rwsem_that_spins_for_a_sleeper);
	check(t, caught);
}

TEST("sync/rwsem_spin", test_rwsem_spinner_does_not_pass_the_queue)
{
	if (have_two(t))
		for (unsigned i = 0; i < 5; i++)
			check(t, keeps_behind_queue(&rwsem_ops));
}

TEST("sync/rwsem_spin", test_rwsem_that_spins_past_the_queue_is_caught)
{
	if (!have_two(t))
		return;
	check(t, !keeps_behind_queue(&rwsem_that_spins_past_the_queue));
}
