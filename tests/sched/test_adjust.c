/*
 * tests/sched/test_adjust.c - priorities, boosts and masks of others.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sched/thread.h"
#include "sync/preempt.h"
#include "tests/sched/crew.h"

static struct crew crew;
static unsigned cpus[CREW_MAX];
static struct atomic32 place;
static uint32_t came[CREW_MAX];

static void note_place(struct member *m)
{
	came[m->index] = fetch_add_acq_rel(&place, 1);
}

/* Two threads wait on this CPU while we change them; returns with us on it. */
static bool start_two(struct test *t)
{
	unsigned cpu = nth_cpu(0);

	stay_on(cpu);
	cpus[0] = cpus[1] = cpu;
	store_relaxed(&place, 0);	/* relaxed: before they start */
	preempt_disable();
	return crew_start(t, &crew, 2, note_place, cpus);
}

static void let_run(struct test *t)
{
	preempt_enable();
	crew_wait(t, &crew);
	stay_anywhere();
}

TEST("sched/adjust", test_a_boosted_thread_overtakes)
{
	if (start_two(t))
		thread_boost(crew.member[1].thread, 5 + PRIO_DEFAULT);
	let_run(t);
	check(t, came[1] < came[0]);
}

TEST("sched/adjust", test_a_boost_ends)
{
	if (start_two(t)) {
		thread_set_priority(crew.member[1].thread, 3);
		thread_boost(crew.member[1].thread, 5 + PRIO_DEFAULT);
		check(t, crew.member[1].thread->prio == 5 + PRIO_DEFAULT);
		check(t, thread_priority(crew.member[1].thread)
			 == 5 + PRIO_DEFAULT);
		check(t, thread_base_priority(crew.member[1].thread) == 3);
		thread_boost(crew.member[1].thread, 0);
		check(t, crew.member[1].thread->prio == 3);
	}
	let_run(t);
	check(t, came[0] < came[1]);
}

TEST("sched/adjust", test_a_boost_does_not_lower)
{
	if (start_two(t)) {
		thread_boost(crew.member[1].thread, 2);
		check(t, crew.member[1].thread->prio == PRIO_DEFAULT);
	}
	let_run(t);
	check(t, came[0] < came[1]);
}

TEST("sched/adjust", test_who_lowers_itself_makes_way)
{
	if (!start_two(t))
		return;
	preempt_enable();
	/* the two, at PRIO_DEFAULT, run before the next instruction */
	thread_set_priority(thread_self(), 1);
	check(t, load_acquire(&place) == 2);
	thread_set_priority(thread_self(), PRIO_DEFAULT);
	crew_wait(t, &crew);
	stay_anywhere();
}

static struct atomic32 leave, at;

static void spin_and_tell(struct member *m)
{
	(void)m;
	while (!load_acquire(&leave)) {	/* ended by the test */
		store_release(&at, cpu_id());
		cpu_relax();
	}
}

TEST("sched/adjust", test_a_running_thread_moves_when_its_mask_does)
{
	struct cpumask mask;
	unsigned from = nth_cpu(1), to = nth_cpu(2);

	if (cpumask_count(&cpus_online) < 3)
		return test_skip(t, "needs three CPUs");
	stay_on(nth_cpu(0));
	store_relaxed(&leave, 0);	/* relaxed: before it starts */
	store_relaxed(&at, NR_CPUS);	/* relaxed: as above */
	if (!crew_start(t, &crew, 1, spin_and_tell, &from))
		return;
	wait_for(t, &at, from);
	for (unsigned i = 0; i < 100; i++) {
		unsigned cpu = i % 2 ? from : to;

		cpumask_only(&mask, cpu);
		check(t, !thread_set_affinity(crew.member[0].thread, &mask));
		if (!spin_for(t, &at, cpu))
			break;
	}
	store_release(&leave, 1);
	crew_wait(t, &crew);
	stay_anywhere();
}

static void be_moved_about(struct member *m)
{
	for (unsigned i = 0; i < 100; i++) {
		crew_step(m);
		if (i % 3 == 0)
			thread_yield();
		else
			thread_sleep(clock_ns() + m->seed % 20000);
	}
}

static void move_others_about(struct member *m)
{
	for (unsigned i = 0; i < 200; i++) {
		struct cpumask mask;
		unsigned who = m->seed >> 33;

		m->seed = m->seed * 6364136223846793005 + 1442695040888963407;
		who = 1 + who % (m->crew->n - 1);
		cpumask_only(&mask, nth_cpu(i));
		if (i % 7 == 0)
			cpumask_fill(&mask);
		assert(!thread_set_affinity(m->crew->member[who].thread,
					    &mask));
		if (i % 5 == 0)
			thread_boost(m->crew->member[who].thread, i % 20);
		crew_step(m);
	}
}

static void move_or_be_moved(struct member *m)
{
	if (m->index)
		be_moved_about(m);
	else
		move_others_about(m);
}

TEST("sched/adjust", test_no_thread_is_lost_when_masks_change)
{
	if (crew_start(t, &crew, 12, move_or_be_moved, NULL))
		crew_wait(t, &crew);
}
