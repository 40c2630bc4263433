/*
 * tests/sched/test_thread.c - threads are born, joined, and gone without trace.
 */
#include "sched/thread.h"

#include "arch/cpu.h"
#include "kernel/errno.h"
#include "kernel/mem.h"
#include "kernel/test.h"
#include "mm/frame_map.h"
#include "mm/stack.h"
#include "sync/preempt.h"
#include "tests/sched/crew.h"

#define MS	1000000ULL

static struct crew crew;

static unsigned living(void)
{
	unsigned n = 0;
	uint32_t id = 0;
	struct thread *th;

	while ((th = thread_find_from(id))) {	/* ended by the last id */
		id = th->id + 1;
		thread_put(th);
		n++;
	}
	return n;
}

/*
 * Everybody without a reference is freed, by and by: each stack costs a TLB
 * shootdown, so what counts is that the reaper goes on.
 */
static bool wait_for_reaper(struct test *t)
{
	unsigned left = thread_count();

	for (unsigned look = 0; thread_count() != living(); look++) {
		if (thread_count() < left)
			look = 0;
		left = thread_count();
		if (look == 3000)
			return check(t, thread_count() == living());
		thread_sleep(clock_ns() + MS);
	}
	return true;
}

static void write_number(void *arg)
{
	uint64_t *number = arg;

	*number = 42;
}

TEST("sched/thread", test_join_sees_what_the_thread_wrote)
{
	for (unsigned i = 0; i < 200; i++) {
		uint64_t number = 0;
		struct thread *th = thread_spawn(write_number, &number, NULL);

		if (!check(t, th))
			return;
		if (i % 2)
			thread_yield();
		thread_join(th);
		check(t, number == 42);
	}
}

TEST("sched/thread", test_join_after_the_exit_returns_too)
{
	uint64_t number = 0;
	struct thread *th = thread_spawn(write_number, &number, NULL);

	if (!check(t, th))
		return;
	/* relaxed: a poll */
	while (load_relaxed(&th->state) != THREAD_DEAD)
		thread_sleep(clock_ns() + MS);
	thread_join(th);
	check(t, number == 42);
}

static void exit_early(void *arg)
{
	uint64_t *number = arg;

	*number = 1;
	thread_exit();
}

TEST("sched/thread", test_exit_ends_a_thread_anywhere)
{
	uint64_t number = 0;
	struct thread *th = thread_spawn(exit_early, &number, NULL);

	if (!check(t, th))
		return;
	thread_join(th);
	check(t, number == 1);
}

static struct atomic32 stay, arrived;

static void spin_here(struct member *m)
{
	(void)m;
	store_release(&arrived, 1);
	while (load_acquire(&stay))	/* ended by the test */
		cpu_relax();
}

static void do_nothing(void *arg)
{
	(void)arg;
}

TEST("sched/thread", test_all_threads_are_reaped)
{
	unsigned before;

	wait_for_reaper(t);
	before = thread_count();
	for (unsigned i = 0; i < 200; i++) {
		struct thread *th = thread_spawn(do_nothing, NULL, NULL);

		if (!check(t, th))
			return;
		if (i % 3)
			thread_put(th);
		else
			thread_join(th);
		if (i % 16 == 0)
			thread_sleep(clock_ns() + MS / 10);
	}
	/* those that nobody joined may not have run yet */
	for (unsigned look = 0; thread_count() > before && look < 3000; look++)
		thread_sleep(clock_ns() + MS);
	check(t, thread_count() <= before);
}

TEST("sched/thread", test_a_reference_keeps_the_record)
{
	struct thread *th = thread_spawn(do_nothing, NULL, NULL);
	uint32_t id;

	if (!check(t, th))
		return;
	id = th->id;
	thread_get(th);
	thread_join(th);
	thread_sleep(clock_ns() + 5 * MS);
	check(t, th->id == id);
	/* relaxed: nothing changes it any more */
	check(t, load_relaxed(&th->state) == THREAD_DEAD);
	thread_put(th);
	wait_for_reaper(t);
}

TEST("sched/thread", test_the_dead_start_more_threads_than_memory_holds)
{
	/* 3000 stacks of 16 KB are 47 MB: without the reaper they run out */
	for (unsigned i = 0; i < 3000; i++) {
		struct thread *th = thread_spawn(do_nothing, NULL, NULL);

		if (!check(t, th))
			return;
		thread_join(th);
	}
}

static struct atomic32 stray;

static void stay_inside(struct member *m)
{
	for (unsigned i = 0; i < 60; i++) {
		unsigned want = nth_cpu((unsigned)(m->seed >> 32));

		stay_on(want);
		if (cpu_id() != want)
			store_relaxed(&stray, 1);	/* relaxed: read later */
		if (i % 4 == 0)
			thread_sleep(clock_ns() + MS / 20);
		if (i % 4 == 1)
			thread_yield();
		if (cpu_id() != want)
			store_relaxed(&stray, 1);	/* relaxed: read later */
		m->seed = m->seed * 6364136223846793005 + 1442695040888963407;
		crew_step(m);
	}
}

TEST("sched/thread", test_affinity_is_honoured)
{
	store_relaxed(&stray, 0);	/* relaxed: before they start */
	if (!crew_start(t, &crew, 10, stay_inside, NULL) ||
	    !crew_wait(t, &crew))
		return;
	check(t, !load_relaxed(&stray));	/* relaxed: they have ended */
}

TEST("sched/thread", test_a_mask_without_online_cpu_is_refused)
{
	struct cpumask none;
	struct thread_spec spec = {
		.name = "nowhere", .fn = do_nothing, .prio = PRIO_DEFAULT,
		.affinity = &none,
	};

	cpumask_zero(&none);
	check(t, !thread_create(&spec));
	check(t, thread_set_affinity(thread_self(), &none) == -EINVAL);
	cpumask_set(&none, NR_CPUS - 1);
	if (!cpumask_test(&cpus_online, NR_CPUS - 1))
		check(t, !thread_create(&spec));
}

TEST("sched/thread", test_sleep_does_not_end_early)
{
	for (unsigned i = 0; i < 20; i++) {
		uint64_t deadline = clock_ns() + test_random(t) % MS;

		thread_sleep(deadline);
		check(t, clock_ns() >= deadline);
	}
	thread_sleep(0);
}

TEST("sched/thread", test_who_runs_is_known)
{
	unsigned there = nth_cpu(1);

	check(t, thread_is_running(thread_self()));
	if (cpumask_count(&cpus_online) < 2)
		return;
	stay_on(nth_cpu(0));
	store_relaxed(&stay, 1);	/* relaxed: before it starts */
	store_relaxed(&arrived, 0);	/* relaxed: as above */
	if (crew_start(t, &crew, 1, spin_here, &there) &&
	    wait_for(t, &arrived, 1))
		check(t, thread_is_running(crew.member[0].thread));
	store_release(&stay, 0);
	while (thread_is_running(crew.member[0].thread))	/* it ends */
		thread_sleep(clock_ns() + MS);
	crew_wait(t, &crew);
	stay_anywhere();
}

static void sleep_and_write(void *arg)
{
	uint64_t *number = arg;

	thread_sleep(clock_ns() + 5 * MS);
	*number = 42;
}

TEST("sched/thread", test_join_is_not_ended_by_a_token)
{
	uint64_t number = 0;
	struct thread *th = thread_spawn(sleep_and_write, &number, NULL);

	if (!check(t, th))
		return;
	unpark(thread_self());
	thread_join(th);
	check(t, number == 42);
}

static void join_it(void *arg)
{
	thread_join(arg);
}

TEST("sched/thread", test_who_joined_is_reaped_too)
{
	uint64_t stacks;
	unsigned threads;

	wait_for_reaper(t);
	threads = thread_count();
	stacks = stack_count();
	for (unsigned i = 0; i < 20; i++) {
		uint64_t number = 0;
		struct thread *th, *joiner;

		th = thread_spawn(sleep_and_write, &number, NULL);
		if (!check(t, th))
			return;
		joiner = thread_spawn(join_it, th, NULL);
		if (!check(t, joiner))
			return;
		thread_join(joiner);
		check(t, number == 42);
	}
	/* no record is left of somebody dead, nor a reference to it */
	wait_for_reaper(t);
	check(t, thread_count() <= threads + 2);
	/* each CPU's cache may have taken some */
	check(t, stack_count() <= stacks + 4 * cpumask_count(&cpus_online));
}

struct hoard {
	struct hoard *next;
};

/* All records that memory has room for, and then all that is left of it. */
static struct hoard *hoard_memory(struct frame_list *rest)
{
	struct hoard *all = NULL, *p;
	uint64_t pa;

	while ((p = mem_alloc(sizeof(struct thread)))) {
		p->next = all;
		all = p;
	}
	while ((pa = frame_alloc(0)))
		frame_list_push(rest, pa);
	return all;
}

static void give_back(struct hoard *all, struct frame_list *rest)
{
	while (all) {
		struct hoard *p = all;

		all = p->next;
		mem_free(p);
	}
	frame_list_free(rest);
}

/* There is memory for one record, and none for a stack. */
TEST("sched/thread", test_a_thread_without_a_stack_is_none_and_costs_nothing)
{
	void *stacks[16], *again;
	unsigned n = 0;
	struct frame_list rest = { 0 };
	struct hoard *all, *one;
	struct thread *th;

	wait_for_reaper(t);
	stay_on(nth_cpu(0));
	all = hoard_memory(&rest);
	while (n < ARRAY_LEN(stacks) && (stacks[n] = stack_alloc()))
		n++;
	one = all;
	all = one->next;
	mem_free(one);
	th = thread_spawn(do_nothing, NULL, NULL);
	again = mem_alloc(sizeof(struct thread));
	mem_free(again);
	give_back(all, &rest);
	while (n)
		stack_free(stacks[--n]);
	check(t, !th);
	check(t, again);
	if (th)
		thread_join(th);
	stay_anywhere();
}
