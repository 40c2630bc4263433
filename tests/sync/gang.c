/*
 * tests/sync/gang.c - the gang, over the park seam.
 *
 * Ordering    [A] done: what the member did -> gang_wait().
 *             [B] go: all records -> the members.
 *             [C] armed: the handler is done with the timer -> its next start.
 *             [D] admitted: what the test did -> who may go on.
 */
#include "tests/sync/gang.h"

#include "arch/cpu.h"
#include "kernel/assert.h"

#define LOOK_NS		(2 * MS)
#define PRIO_MIDDLE	16	/* what thread_spawn() gives */

/*
 * CPUs of a gang.  They spin for each other, if only for a queue's lock, and
 * with more of them than the host of an emulator has, each hand-over waits
 * until the host comes round to the next in line.
 */
#define CPUS		4

void sleep_until(uint64_t deadline_ns)
{
	/* ended by the clock */
	while (clock_ns() < deadline_ns)
		park(deadline_ns);
}

/* Until our timer's handler is as good as over. */
static void wait_disarmed(struct gang_member *m)
{
	while (load_acquire(&m->armed))			/* [C] */
		park(clock_ns() + LOOK_NS / 10);
}

static void member_main(void *arg)
{
	struct gang_member *m = arg;

	/* ended by gang_start() */
	while (!load_acquire(&m->gang->go))		/* [B] */
		park(clock_ns() + LOOK_NS / 10);
	m->gang->fn(m);
	wait_disarmed(m);
	thread_boost(thread_self(), 0);
	store_release(&m->done, 1);			/* [A] */
}

/* CPUS of those online, drawn: not always the first. */
static void draw_cpus(struct cpumask *cpus, uint64_t seed)
{
	unsigned left = cpumask_count(&cpus_online);
	unsigned wanted = left < CPUS ? left : CPUS;

	cpumask_for_each(cpu, &cpus_online) {
		seed = seed * 6364136223846793005 + 1442695040888963407;
		if ((seed >> 33) % left-- < wanted) {
			cpumask_set(cpus, cpu);
			wanted--;
		}
	}
}

void gang_start(struct gang *g, unsigned n, void (*fn)(struct gang_member *m),
		uint64_t seed)
{
	struct cpumask cpus = { 0 };

	assert(n <= GANG_MAX);
	*g = (struct gang){ .n = n, .fn = fn };
	draw_cpus(&cpus, seed);
	for (unsigned i = 0; i < n; i++) {
		struct gang_member *m = &g->member[i];

		m->gang = g;
		m->index = i;
		m->seed = seed + i;
		m->thread = thread_spawn(member_main, m, &cpus);
		assert(m->thread);
	}
	store_release(&g->go, 1);			/* [B] */
}

bool member_done(const struct gang_member *m)
{
	return load_acquire(&m->done);			/* [A] */
}

static bool all_done(const struct gang *g)
{
	for (unsigned i = 0; i < g->n; i++)
		if (!member_done(&g->member[i]))
			return false;
	return true;
}

static uint64_t all_steps(const struct gang *g)
{
	uint64_t steps = 0;

	for (unsigned i = 0; i < g->n; i++) {
		/* relaxed: a sample */
		steps += load_relaxed(&g->member[i].steps);
		steps += member_done(&g->member[i]);
	}
	return steps;
}

bool gang_wait(struct gang *g, unsigned patience)
{
	uint64_t steps = all_steps(g);
	unsigned looks = 0;

	while (!all_done(g)) {	/* or stuck */
		if (all_steps(g) != steps) {
			steps = all_steps(g);
			looks = 0;
		}
		if (looks++ == patience)
			return false;
		sleep_until(clock_ns() + LOOK_NS);
	}
	for (unsigned i = 0; i < g->n; i++)
		thread_put(g->member[i].thread);
	g->n = 0;	/* asked again: still true, and no second put */
	return true;
}

void gang_stop(struct gang *g)
{
	/* relaxed: a hint, which each member sees some time */
	store_relaxed(&g->stop, 1);
}

bool gang_stopped(const struct gang_member *m)
{
	return load_relaxed(&m->gang->stop);	/* relaxed: as above */
}

void gang_admit(struct gang *g, unsigned last)
{
	unsigned i = load_relaxed(&g->admitted); /* relaxed: only we store it */

	store_release(&g->admitted, last);		/* [D] */
	while (i++ < last && i < g->n)
		unpark(g->member[i].thread);
}

void gang_await_turn(struct gang_member *m)
{
	/* ended by gang_admit() */
	while (load_acquire(&m->gang->admitted) < m->index)	/* [D] */
		park(PARK_FOREVER);
}

void gang_step(struct gang_member *m)
{
	/* relaxed: a count that the watcher samples */
	fetch_add_relaxed(&m->steps, 1);
}

uint64_t gang_random(struct gang_member *m)
{
	uint64_t z = m->seed += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 32) * 0xd6e8feb86659fd93;
	return z ^ z >> 32;
}

static void fire(struct timer *timer)
{
	struct gang_member *m = container_of(timer, struct gang_member, timer);

	m->interrupt();
	store_release(&m->armed, 0);			/* [C] */
}

void gang_interrupt(struct gang_member *m, void (*fn)(void))
{
	wait_disarmed(m);
	m->timer = (struct timer)TIMER_INIT(fire);
	m->interrupt = fn;
	/* relaxed: timer_start() orders it before the handler */
	store_relaxed(&m->armed, 1);
	timer_start(&m->timer, clock_ns() + gang_random(m) % (200 * US));
}

/* Up to 20 us, 40 us, ... 2.5 ms: each of the eight as likely. */
uint64_t gang_deadline(struct gang_member *m, unsigned tries)
{
	uint64_t most = 20 * US << gang_random(m) % 8;

	if (tries >= TRIES)
		return PARK_FOREVER;
	return clock_ns() + gang_random(m) % most;
}

void gang_chaos(struct gang_member *m)
{
	uint64_t draw = gang_random(m);

	switch (draw % 16) {
	case 0:
		park(clock_ns() + (draw >> 32) % (50 * US));
		break;
	case 1:
		thread_boost(thread_self(), (draw >> 32) % (PRIO_MIDDLE + 4));
		break;
	case 2:
	case 3:
	case 4:
		cpu_delay((draw >> 32) % 200);
		break;
	}
}

bool wait_until_holds(bool (*holds)(void *arg), void *arg, unsigned patience)
{
	unsigned looks = 0;

	while (!holds(arg)) {	/* or not */
		if (looks++ == patience)
			return false;
		sleep_until(clock_ns() + LOOK_NS / 4);
	}
	return true;
}
