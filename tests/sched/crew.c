/*
 * tests/sched/crew.c - some threads that do a test's work.
 *
 * Invariant   A crew is stuck when no member did a step for STUCK_NS although
 *             the waiter woke up STUCK_LOOKS times meanwhile, or went around
 *             STUCK_SPINS times: then time passes and this CPU works, so
 *             slowness is not the reason.
 * Ordering    [A] done: what the member did -> the waiter.
 *             [B] complete: the members' records -> the members.
 */
#include "tests/sched/crew.h"

#include "kernel/compiler.h"
#include "sync/preempt.h"

#define LOOK_NS		2000000ULL
#define STUCK_NS	8000000000ULL
#define STUCK_LOOKS	1000
#define STUCK_SPINS	5000000

static const char *const states[] = {
	[THREAD_MOVING] = "moving", [THREAD_READY] = "ready",
	[THREAD_RUNNING] = "running", [THREAD_PARKED] = "parked",
	[THREAD_DEAD] = "dead",
};

static void member_main(void *arg)
{
	struct member *m = arg;

	/* ended by crew_start(); no token is used up or left behind */
	while (!load_acquire(&m->crew->complete))		/* [B] */
		thread_sleep(clock_ns() + LOOK_NS / 10);
	m->crew->fn(m);
	store_release(&m->done, 1);				/* [A] */
}

void cpumask_only(struct cpumask *mask, unsigned cpu)
{
	cpumask_zero(mask);
	cpumask_set(mask, cpu);
}

static bool start_member(struct member *m, const unsigned *cpu)
{
	struct cpumask mask;
	struct thread_spec spec = {
		.name = "crew",
		.fn = member_main,
		.arg = m,
		.prio = PRIO_DEFAULT,
	};

	if (cpu) {
		cpumask_only(&mask, cpu[m->index]);
		spec.affinity = &mask;
	}
	m->thread = thread_create(&spec);
	return m->thread;
}

bool crew_start(struct test *t, struct crew *crew, unsigned n,
		void (*fn)(struct member *m), const unsigned *cpu)
{
	assert(n <= CREW_MAX);
	*crew = (struct crew){ .fn = fn };
	for (unsigned i = 0; i < n; i++) {
		struct member *m = &crew->member[i];

		m->crew = crew;
		m->index = i;
		m->seed = test_random(t);
		if (!check(t, start_member(m, cpu)))
			return false;
		crew->n++;
	}
	store_release(&crew->complete, 1);			/* [B] */
	return true;
}

static bool all_done(struct crew *crew)
{
	for (unsigned i = 0; i < crew->n; i++)
		if (!load_acquire(&crew->member[i].done))	/* [A] */
			return false;
	return true;
}

static uint64_t all_steps(struct crew *crew)
{
	uint64_t steps = 0;

	for (unsigned i = 0; i < crew->n; i++)
		/* relaxed: a sample */
		steps += load_relaxed(&crew->member[i].steps);
	return steps;
}

static void report_stuck(struct test *t, struct crew *crew)
{
	for (unsigned i = 0; i < crew->n; i++) {
		struct member *m = &crew->member[i];

		/* relaxed: nothing of it changes any more */
		if (load_relaxed(&m->done))
			continue;
		test_note(t, "member %u is %s on cpu %u after %lu steps", i,
			  states[load_relaxed(&m->thread->state)],
			  load_relaxed(&m->thread->cpu),	/* relaxed: above */
			  load_relaxed(&m->steps));	/* relaxed: above */
	}
}

bool crew_wait(struct test *t, struct crew *crew)
{
	uint64_t steps = 0, since = clock_ns();
	unsigned looks = 0;

	while (!all_done(crew)) {	/* or stuck */
		if (all_steps(crew) != steps) {
			steps = all_steps(crew);
			since = clock_ns();
			looks = 0;
		}
		if (clock_ns() - since > STUCK_NS && looks > STUCK_LOOKS) {
			check(t, !"the crew is stuck");
			report_stuck(t, crew);
			return false;
		}
		looks++;
		thread_sleep(clock_ns() + LOOK_NS);
	}
	for (unsigned i = 0; i < crew->n; i++)
		thread_join(crew->member[i].thread);
	return true;
}

bool wait_for(struct test *t, const struct atomic32 *word, uint32_t value)
{
	uint64_t since = clock_ns();
	unsigned looks = 0;

	while (load_acquire(word) != value) {	/* or stuck */
		if (clock_ns() - since > STUCK_NS && looks > STUCK_LOOKS)
			return check(t, !"what was waited for happens");
		looks++;
		thread_sleep(clock_ns() + LOOK_NS);
	}
	return true;
}

bool spin_for(struct test *t, const struct atomic32 *word, uint32_t value)
{
	uint64_t since = clock_ns();
	unsigned spins = 0;

	preempt_disable();
	while (load_acquire(word) != value &&	/* or stuck */
	       (clock_ns() - since < STUCK_NS || spins < STUCK_SPINS)) {
		spins++;
		cpu_relax();
	}
	preempt_enable();
	return check(t, load_acquire(word) == value);
}

unsigned nth_cpu(unsigned n)
{
	unsigned cpu = NR_CPUS;

	n %= cpumask_count(&cpus_online);
	do {
		cpu = cpumask_next(&cpus_online, cpu == NR_CPUS ? 0 : cpu + 1);
	} while (n--);
	return cpu;
}

void stay_on(unsigned cpu)
{
	struct cpumask mask;

	cpumask_only(&mask, cpu);
	assert(!thread_set_affinity(thread_self(), &mask));
}

void stay_anywhere(void)
{
	struct cpumask mask;

	cpumask_fill(&mask);
	assert(!thread_set_affinity(thread_self(), &mask));
}
