/*
 * tests/sched/test_timer.c - timers fire in order, once, or not at all.
 */
#include "sched/timer.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/preempt.h"
#include "tests/sched/crew.h"

#define MS	1000000ULL
#define US	1000ULL
#define N	32

struct shot {
	struct timer timer;
	uint64_t fired_at;
	uint32_t place;
	unsigned cpu;
	bool masked;
};

static struct shot shots[N];
static struct atomic32 fired;
static struct crew crew;

static void fire(struct timer *timer)
{
	struct shot *s = container_of(timer, struct shot, timer);

	s->fired_at = clock_ns();
	s->cpu = cpu_id();
	s->masked = !irqs_enabled() && in_irq();
	s->place = fetch_add_acq_rel(&fired, 1);
}

static void prepare(void)
{
	store_relaxed(&fired, 0);	/* relaxed: nothing is pending */
	for (unsigned i = 0; i < N; i++) {
		timer_init(&shots[i].timer, fire);
		shots[i].fired_at = 0;
	}
}

TEST("sched/timer", test_timers_fire_in_order_and_not_early)
{
	unsigned cpu;

	prepare();
	stay_on(nth_cpu(1));
	cpu = cpu_id();
	for (unsigned i = 0; i < N; i++)
		timer_start(&shots[i].timer,
			    clock_ns() + 5 * MS + test_random(t) % (5 * MS));
	if (!wait_for(t, &fired, N))
		return;
	for (unsigned i = 0; i < N; i++) {
		check(t, shots[i].fired_at >= shots[i].timer.deadline_ns);
		check(t, shots[i].cpu == cpu);
		check(t, shots[i].masked);
		for (unsigned j = 0; j < N; j++)
			check(t, shots[i].place >= shots[j].place ||
			      shots[i].timer.deadline_ns <=
			      shots[j].timer.deadline_ns);
	}
	stay_anywhere();
}

/*
 * With interrupts masked none of this CPU's timers fires before it is stopped,
 * however long that takes.  The last one's deadline is behind all others: when
 * it has fired, the interrupt has been past those that were stopped.
 */
TEST("sched/timer", test_a_stopped_timer_does_not_fire)
{
	uint64_t was, begin;

	prepare();
	was = irq_save();
	begin = clock_ns();
	for (unsigned i = 0; i < N - 1; i++)
		timer_start(&shots[i].timer, begin + (1 + i % 3) * MS);
	timer_start(&shots[N - 1].timer, begin + 5 * MS);
	for (unsigned i = 0; i < N; i += 2)
		check(t, timer_stop(&shots[i].timer));
	irq_restore(was);
	if (!wait_for(t, &fired, N / 2))
		return;
	for (unsigned i = 0; i < N; i++) {
		check(t, !timer_stop(&shots[i].timer));
		check(t, !shots[i].fired_at == (i % 2 == 0));
	}
	check(t, shots[N - 1].place == N / 2 - 1);
}

TEST("sched/timer", test_starting_again_moves_a_timer)
{
	uint64_t begin = clock_ns();

	prepare();
	timer_start(&shots[0].timer, begin + 60000 * MS);
	timer_start(&shots[0].timer, begin + 3 * MS);
	if (!wait_for(t, &fired, 1))
		return;
	check(t, shots[0].fired_at >= begin + 3 * MS);
	check(t, !timer_stop(&shots[0].timer));
	check(t, !timer_stop_wait(&shots[1].timer));	/* never started */
}

static struct atomic32 rounds;

static void fire_again(struct timer *timer)
{
	fetch_add_relaxed(&rounds, 1);	/* relaxed: a count */
	timer_start(timer, clock_ns() + 100 * US);
}

TEST("sched/timer", test_a_handler_may_start_its_timer_again)
{
	uint32_t after;

	timer_init(&shots[0].timer, fire_again);
	store_relaxed(&rounds, 0);	/* relaxed: nothing is pending */
	timer_start(&shots[0].timer, clock_ns());
	while (load_acquire(&rounds) < 20)	/* ended by the handler */
		thread_sleep(clock_ns() + MS);
	check(t, timer_stop_wait(&shots[0].timer));
	after = load_acquire(&rounds);
	thread_sleep(clock_ns() + 3 * MS);
	check(t, load_acquire(&rounds) == after);
}

static struct atomic32 inside, asked, outside;

/* Stays for a while after the test has asked for its end. */
static void take_long(struct timer *timer)
{
	uint64_t begin;

	(void)timer;
	store_release(&inside, 1);
	while (!load_acquire(&asked))	/* ended by the test */
		cpu_relax();
	begin = clock_ns();
	while (clock_ns() - begin < 3 * MS)	/* ended by the clock */
		cpu_relax();
	store_release(&outside, 1);
}

static void start_and_leave(struct member *m)
{
	(void)m;
	timer_start(&shots[0].timer, clock_ns());
}

static void wait_for_one_handler(struct test *t, unsigned there)
{
	timer_init(&shots[0].timer, take_long);
	store_relaxed(&inside, 0);	/* relaxed: before it starts */
	store_relaxed(&asked, 0);	/* relaxed: as above */
	store_relaxed(&outside, 0);	/* relaxed: as above */
	if (!crew_start(t, &crew, 1, start_and_leave, &there))
		return;
	spin_for(t, &inside, 1);
	preempt_disable();
	store_release(&asked, 1);
	check(t, !timer_stop_wait(&shots[0].timer));
	check(t, load_acquire(&outside) == 1);
	preempt_enable();
	spin_for(t, &outside, 1);
	crew_wait(t, &crew);
}

TEST("sched/timer", test_stop_wait_waits_for_the_handler)
{
	if (cpumask_count(&cpus_online) < 2)
		return test_skip(t, "needs two CPUs");
	stay_on(nth_cpu(0));
	for (unsigned i = 0; i < 8; i++)	/* a slow host may be late */
		wait_for_one_handler(t, nth_cpu(1));
	stay_anywhere();
}

/* Started here, stopped there: each start either fires or is stopped. */
static struct atomic32 started, stopped;
static struct atomic32 again;

static void count_shot(struct timer *timer)
{
	(void)timer;
	fetch_add_acq_rel(&fired, 1);
}

static void start_timers(struct member *m)
{
	for (unsigned i = 0; i < 800; i++) {
		uint64_t was = irq_save();

		/* relaxed: counts, compared when all have ended */
		if (timer_stop(&shots[0].timer))
			fetch_add_relaxed(&stopped, 1);
		timer_start(&shots[0].timer, clock_ns() + m->seed % (8 * US));
		fetch_add_relaxed(&started, 1);
		irq_restore(was);
		m->seed = m->seed * 6364136223846793005 + 1442695040888963407;
		cpu_delay(m->seed >> 56);
		crew_step(m);
	}
	store_release(&again, 0);
}

static void stop_timers(struct member *m)
{
	while (load_acquire(&again)) {	/* ended by start_timers() */
		if (timer_stop(&shots[0].timer))
			fetch_add_relaxed(&stopped, 1);	/* relaxed: a count */
		cpu_delay(m->seed % 256);
		thread_yield();
	}
}

static void start_or_stop(struct member *m)
{
	if (m->index)
		stop_timers(m);
	else
		start_timers(m);
}

TEST("sched/timer", test_each_start_fires_or_is_stopped)
{
	unsigned cpus[] = { nth_cpu(0), nth_cpu(1), nth_cpu(2) };

	prepare();
	timer_init(&shots[0].timer, count_shot);
	store_relaxed(&started, 0);	/* relaxed: before they start */
	store_relaxed(&stopped, 0);	/* relaxed: as above */
	store_relaxed(&again, 1);	/* relaxed: as above */
	if (!crew_start(t, &crew, 3, start_or_stop, cpus) ||
	    !crew_wait(t, &crew))
		return;
	if (timer_stop_wait(&shots[0].timer))
		fetch_add_relaxed(&stopped, 1);	/* relaxed: a count */
	/* relaxed: all have ended */
	check(t, load_relaxed(&started) ==
	      load_relaxed(&stopped) + load_relaxed(&fired));
	test_note(t, "%u fired, %u stopped", load_relaxed(&fired),
		  load_relaxed(&stopped));
}

TEST("sched/timer", test_a_timer_that_is_started_again_moves)
{
	struct timer *timer = &shots[0].timer;

	prepare();
	stay_on(nth_cpu(1));
	for (unsigned i = 1; i < N; i++)
		timer_start(&shots[i].timer, clock_ns() + (10 + i) * MS);
	timer_start(timer, clock_ns() + 20 * MS);
	timer_start(timer, clock_ns() + 60 * MS);
	timer_start(timer, clock_ns() + MS);
	/* it comes first, once, and all others once */
	thread_sleep(clock_ns() + 80 * MS);
	wait_for(t, &fired, N);
	thread_sleep(clock_ns() + 10 * MS);
	check(t, load_acquire(&fired) == N);
	check(t, shots[0].place == 0);
	stay_anywhere();
}
