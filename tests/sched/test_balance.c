/*
 * tests/sched/test_balance.c - ready threads find idle CPUs, and the reverse.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sched/schedule.h"
#include "sync/preempt.h"
#include "tests/sched/crew.h"

static struct crew hogs, crew;
static unsigned cpus[CREW_MAX];
static struct atomic32 leave, arrived, ran;

static void hog(struct member *m)
{
	(void)m;
	fetch_add_acq_rel(&arrived, 1);
	while (!load_acquire(&leave))	/* ended by the test */
		cpu_relax();
}

/* A spinning thread on each CPU but the first, where we stay. */
static bool start_hogs(struct test *t)
{
	unsigned others = cpumask_count(&cpus_online) - 1;

	if (others > CREW_MAX)
		others = CREW_MAX;
	stay_on(nth_cpu(0));
	store_relaxed(&leave, 0);	/* relaxed: before they start */
	store_relaxed(&arrived, 0);	/* relaxed: as above */
	store_relaxed(&ran, 0);		/* relaxed: as above */
	for (unsigned i = 0; i < others; i++)
		cpus[i] = nth_cpu(i + 1);
	return crew_start(t, &hogs, others, hog, cpus) &&
	       wait_for(t, &arrived, others);
}

static void count_run(struct member *m)
{
	(void)m;
	fetch_add_acq_rel(&ran, 1);
}

TEST("sched/balance", test_a_cpu_that_becomes_idle_steals)
{
	unsigned n = cpumask_count(&cpus_online);

	if (n < 2 || n > CREW_MAX / 2)
		return test_skip(t, "needs 2 to 32 CPUs");
	if (!start_hogs(t))
		return;
	preempt_disable();
	/* all CPUs are taken: these queue, some of them behind us */
	if (crew_start(t, &crew, 2 * n, count_run, NULL)) {
		check(t, !runqueue_is_empty(this_cpu_ptr(&runqueue)));
		store_release(&leave, 1);
		/* we do not give way: the others must come and get them */
		spin_for(t, &ran, 2 * n);
	}
	preempt_enable();
	crew_wait(t, &hogs);
	crew_wait(t, &crew);
	stay_anywhere();
}

static void be_woken(struct member *m)
{
	fetch_add_acq_rel(&arrived, 1);
	while (!load_acquire(&leave))	/* ended by the test */
		park(PARK_FOREVER);
	count_run(m);
}

TEST("sched/balance", test_a_wake_up_prefers_an_idle_cpu)
{
	unsigned n = cpumask_count(&cpus_online);

	if (n < 2 || n > CREW_MAX)
		return test_skip(t, "needs 2 to 64 CPUs");
	store_relaxed(&leave, 0);	/* relaxed: before they start */
	store_relaxed(&arrived, 0);	/* relaxed: as above */
	store_relaxed(&ran, 0);		/* relaxed: as above */
	stay_on(nth_cpu(0));
	/* they ran here last, where we are going to spin */
	for (unsigned i = 0; i < n; i++)
		cpus[i] = nth_cpu(0);
	if (!crew_start(t, &crew, n, be_woken, cpus) ||
	    !wait_for(t, &arrived, n))
		return;
	for (unsigned i = 0; i < n; i++) {
		struct cpumask all;

		cpumask_fill(&all);
		check(t, !thread_set_affinity(crew.member[i].thread, &all));
	}
	preempt_disable();
	store_release(&leave, 1);
	for (unsigned i = 0; i < n; i++)
		unpark(crew.member[i].thread);
	spin_for(t, &ran, n);
	preempt_enable();
	crew_wait(t, &crew);
	stay_anywhere();
}

TEST("sched/balance", test_the_previous_cpu_is_preferred_when_idle)
{
	unsigned last = nth_cpu(3);

	if (cpumask_count(&cpus_online) < 4)
		return test_skip(t, "needs four CPUs");
	stay_on(nth_cpu(0));
	for (unsigned i = 0; i < 20; i++) {
		struct cpumask all;
		struct thread *th;

		cpumask_fill(&all);
		store_relaxed(&leave, 0);	/* relaxed: before it starts */
		store_relaxed(&arrived, 0);	/* relaxed: as above */
		if (!crew_start(t, &crew, 1, be_woken, &last) ||
		    !wait_for(t, &arrived, 1))
			return;
		th = crew.member[0].thread;
		while (!cpumask_test(&cpus_idle, last))	/* it has parked */
			thread_sleep(clock_ns() + 100000);
		check(t, !thread_set_affinity(th, &all));
		store_release(&leave, 1);
		unpark(th);
		check(t, thread_cpu(th) == last);
		if (!crew_wait(t, &crew))
			return;
	}
	stay_anywhere();
}

static void start_more(struct member *m)
{
	for (unsigned i = 0; i < 20; i++) {
		park(clock_ns() + m->seed % 30000);
		unpark(m->crew->member[(m->index + i) % m->crew->n].thread);
		crew_step(m);
		cpu_delay(m->seed % 512);
	}
}

TEST("sched/balance", test_no_thread_is_lost_under_load)
{
	for (unsigned i = 0; i < 2; i++)
		if (!crew_start(t, &crew, CREW_MAX, start_more, NULL) ||
		    !crew_wait(t, &crew))
			return;
}

static struct atomic32 hold, free_one, give_up;
static struct crew waker;

/* Neither gives way before `ran`; the second ends when it is told to. */
static void hold_a_cpu(struct member *m)
{
	preempt_disable();
	fetch_add_acq_rel(&hold, 1);
	/* ended by who is woken, or by the test */
	while (!load_acquire(&ran) && !load_acquire(&give_up)
	       && !(m->index && load_acquire(&free_one)))
		cpu_relax();
	preempt_enable();
}

/*
 * Member 0 of crew may run on two CPUs, both taken; who wakes it has chosen the
 * first of them, and waits for its lock, which we have.  The other becomes idle.
 */
static void let_one_become_idle(struct test *t, unsigned chosen, unsigned other)
{
	uint64_t was = irq_save();
	struct runqueue *rq;
	uintptr_t last;
	unsigned k;

	preempt_disable();
	rq = runqueue_lock(chosen);
	last = spin_last(&rq->lock);
	store_release(&arrived, 2);
	for (k = 0; k < 20000000 && spin_last(&rq->lock) == last; k++)
		cpu_relax();
	store_release(&free_one, 1);
	for (k = 0; k < 20000000 && !cpumask_test(&cpus_idle, other); k++)
		cpu_relax();
	runqueue_unlock(rq);
	irq_restore(was);
	spin_for(t, &ran, 1);
	store_release(&give_up, 1);
	preempt_enable();
}

static void wait_and_wake(struct member *m)
{
	(void)m;
	/* ended by the test, which has the lock then */
	while (load_acquire(&arrived) < 2)
		cpu_relax();
	unpark(crew.member[0].thread);
}

TEST("sched/balance", test_who_became_idle_meanwhile_is_told)
{
	unsigned two[2] = { nth_cpu(2), nth_cpu(3) }, first = nth_cpu(1);
	struct cpumask mask;

	if (cpumask_count(&cpus_online) < 4)
		return test_skip(t, "needs four CPUs");
	stay_on(nth_cpu(0));
	/* relaxed, all: before they start */
	store_relaxed(&leave, 0);
	store_relaxed(&arrived, 0);
	store_relaxed(&ran, 0);
	store_relaxed(&hold, 0);
	store_relaxed(&free_one, 0);
	store_relaxed(&give_up, 0);
	if (!crew_start(t, &crew, 1, be_woken, &first)
	    || !wait_for(t, &arrived, 1))
		return;
	cpumask_only(&mask, two[0]);
	cpumask_set(&mask, two[1]);
	check(t, !thread_set_affinity(crew.member[0].thread, &mask));
	if (crew_start(t, &hogs, 2, hold_a_cpu, two) && wait_for(t, &hold, 2)
	    && crew_start(t, &waker, 1, wait_and_wake, &first)) {
		/* relaxed: a poll */
		while (load_relaxed(&crew.member[0].thread->state)
		       != THREAD_PARKED)
			thread_sleep(clock_ns() + 1000000);
		store_release(&leave, 1);
		let_one_become_idle(t, two[0], two[1]);
	}
	crew_wait(t, &hogs);
	crew_wait(t, &waker);
	crew_wait(t, &crew);
	stay_anywhere();
}
