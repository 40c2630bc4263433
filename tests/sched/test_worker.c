/*
 * tests/sched/test_worker.c - work is done once, in order, on its CPU.
 */
#include "sched/worker.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "sched/timer.h"
#include "sync/preempt.h"
#include "tests/sched/crew.h"

#define N	32

struct job {
	struct work work;
	unsigned cpu;		/* where it ran */
	uint32_t place;
	bool may_sleep;
	unsigned repeat;	/* queue itself so often again */
};

static struct job jobs[N];
static struct atomic32 done;

static void do_job(struct work *work)
{
	struct job *j = container_of(work, struct job, work);

	j->cpu = cpu_id();
	j->may_sleep = preemptible();
	j->place = fetch_add_acq_rel(&done, 1);
	if (j->repeat) {
		j->repeat--;
		worker_queue(work, cpu_id());
	}
}

static void prepare(void)
{
	store_relaxed(&done, 0);	/* relaxed: nothing is queued */
	for (unsigned i = 0; i < N; i++) {
		jobs[i] = (struct job){ .cpu = NR_CPUS };
		work_init(&jobs[i].work, do_job);
	}
}

TEST("sched/worker", test_every_cpu_has_a_worker)
{
	unsigned n = cpumask_count(&cpus_online);
	unsigned i = 0;

	if (n > N)
		n = N;
	prepare();
	for (i = 0; i < n; i++)
		check(t, worker_queue(&jobs[i].work, nth_cpu(i)));
	if (!wait_for(t, &done, n))
		return;
	for (i = 0; i < n; i++) {
		check(t, jobs[i].cpu == nth_cpu(i));
		check(t, jobs[i].may_sleep);
	}
}

TEST("sched/worker", test_works_run_in_the_order_they_were_queued)
{
	prepare();
	for (unsigned i = 0; i < N; i++)
		check(t, worker_queue(&jobs[i].work, nth_cpu(1)));
	if (!wait_for(t, &done, N))
		return;
	for (unsigned i = 0; i < N; i++)
		check(t, jobs[i].place == i);
}

TEST("sched/worker", test_a_queued_work_is_not_queued_twice)
{
	unsigned cpu = nth_cpu(0);

	prepare();
	stay_on(cpu);
	preempt_disable();	/* its worker cannot begin */
	check(t, worker_queue(&jobs[0].work, cpu));
	check(t, !worker_queue(&jobs[0].work, cpu));
	check(t, !worker_queue(&jobs[0].work, nth_cpu(1)));
	preempt_enable();
	wait_for(t, &done, 1);
	check(t, worker_queue(&jobs[0].work, cpu));
	wait_for(t, &done, 2);
	thread_sleep(clock_ns() + 3000000);
	check(t, load_acquire(&done) == 2);
	stay_anywhere();
}

TEST("sched/worker", test_a_work_may_queue_itself)
{
	prepare();
	jobs[0].repeat = 99;
	check(t, worker_queue(&jobs[0].work, nth_cpu(1)));
	wait_for(t, &done, 100);
}

static void queue_from_interrupt(struct timer *timer)
{
	(void)timer;
	for (unsigned i = 0; i < N; i++)
		worker_queue(&jobs[i].work, nth_cpu(i));
}

TEST("sched/worker", test_an_interrupt_may_queue_work)
{
	static struct timer timer;

	prepare();
	timer_init(&timer, queue_from_interrupt);
	timer_start(&timer, clock_ns());
	wait_for(t, &done, N);
	timer_stop_wait(&timer);
}

static struct crew crew;
static struct atomic64 accepted;

static void queue_often(struct member *m)
{
	for (unsigned i = 0; i < 200; i++) {
		unsigned n = (m->seed >> 33) % N;

		m->seed = m->seed * 6364136223846793005 + 1442695040888963407;
		if (worker_queue(&jobs[n].work, nth_cpu(n)))
			fetch_add_relaxed(&accepted, 1); /* relaxed: a count */
		crew_step(m);
	}
}

TEST("sched/worker", test_each_accepted_work_runs_once)
{
	prepare();
	store_relaxed(&accepted, 0);	/* relaxed: before they start */
	if (!crew_start(t, &crew, 8, queue_often, NULL) ||
	    !crew_wait(t, &crew))
		return;
	/* relaxed: they have ended */
	wait_for(t, &done, (uint32_t)load_relaxed(&accepted));
	thread_sleep(clock_ns() + 3000000);
	check(t, load_acquire(&done) == load_relaxed(&accepted)); /* relaxed: above */
}
