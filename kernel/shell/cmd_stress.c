/*
 * kernel/shell/cmd_stress.c - more threads than CPUs, a bit of everything.
 *
 * Invariant   What every actor checks, whatever the others do: it is on one CPU
 *             at a time, and on one of its mask; a sleep does not end early; a
 *             timer that was started is fired once or stopped, not both; a call
 *             and a child have done their work when they are waited for.
 *             What the command checks: no actor stops doing steps while the
 *             others, or the clock, go on.
 * Ordering    [A] phase: the actors' records -> the actors.
 *             [B] done: what an actor did -> the command.
 *             [C] broken: who saw a promise broken -> the report.
 */
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "sched/call_function.h"
#include "sched/random.h"
#include "sched/thread.h"
#include "sched/timer.h"
#include "sync/preempt.h"

#define ACTORS_MAX	96
#define MS		1000000ULL
#define STUCK_NS	(15000 * MS)
#define PRIO_COMMAND	(PRIO_LEVELS - 2)	/* above every boost */
#define SEED		"seed="

struct actor {
	struct thread *thread;
	struct random random;
	struct timer timer;
	uint64_t fired;
	uint64_t started;
	uint64_t stopped;
	struct atomic32 inside;
	struct atomic64 steps;
	struct atomic32 done;
};

static struct actor actors[ACTORS_MAX];
static unsigned nr_actors;
static struct atomic32 phase;	/* enum phase */
static struct atomic32 broken;	/* a bit for each kind of broken promise */

enum phase { WAIT, GO, STOP };

enum promise {
	ONE_CPU, AFFINITY, EARLY_SLEEP, TIMER, CALL, CHILD, NO_MEMORY, PROMISES
};

static const char *const promises[PROMISES] = {
	"a thread was on two CPUs at once",
	"a thread was on a CPU outside of its mask",
	"a sleep ended early",
	"a timer was both stopped and fired, or neither",
	"a call had not been made when it was waited for",
	"a child had not run when it was joined",
	"out of memory for a child (this breaks no promise)",
};

static void keep(bool kept, enum promise which)
{
	if (!kept)
		fetch_or_acq_rel(&broken, 1u << which);	/* [C] */
}

static void be_once(struct actor *a)
{
	uint64_t was = irq_save();

	/* relaxed: two CPUs that meet here meet in this word's own order */
	keep(fetch_add_relaxed(&a->inside, 1) == 0, ONE_CPU);
	cpu_delay(random_below(&a->random, 20));
	fetch_add_relaxed(&a->inside, -1u);	/* relaxed: as above */
	irq_restore(was);
}

static void migrate(struct actor *a)
{
	struct cpumask mask;
	unsigned cpu = random_below(&a->random, NR_CPUS);

	cpumask_fill(&mask);
	if (random_below(&a->random, 4)) {
		cpu = cpumask_next(&cpus_online, cpu);
		if (cpu == NR_CPUS)
			cpu = cpumask_next(&cpus_online, 0);
		cpumask_zero(&mask);
		cpumask_set(&mask, cpu);
	}
	keep(!thread_set_affinity(thread_self(), &mask), AFFINITY);
	preempt_disable();
	keep(cpumask_test(&mask, cpu_id()), AFFINITY);
	preempt_enable();
}

static void sleep(struct actor *a)
{
	uint64_t deadline = clock_ns() + random_below(&a->random, MS / 2);

	thread_sleep(deadline);
	keep(clock_ns() >= deadline, EARLY_SLEEP);
}

static void fire(struct timer *timer)
{
	struct actor *a = container_of(timer, struct actor, timer);

	a->fired++;
	unpark(a->thread);
}

static void use_timer(struct actor *a)
{
	a->started++;
	timer_start(&a->timer, clock_ns() + random_below(&a->random, MS / 10));
	if (random_below(&a->random, 2))
		park(clock_ns() + random_below(&a->random, MS / 5));
	a->stopped += timer_stop_wait(&a->timer);
	keep(a->started == a->stopped + a->fired, TIMER);
}

static void add_one(void *arg)
{
	struct atomic32 *n = arg;

	fetch_add_relaxed(n, 1);	/* relaxed: read when waited for */
}

static void call(struct actor *a)
{
	struct atomic32 n = ATOMIC32(0);
	struct cpumask mask;

	cpumask_zero(&mask);
	cpumask_set(&mask, random_below(&a->random, NR_CPUS));
	cpumask_set(&mask, cpumask_next(&cpus_online, 0));
	call_function(&mask, add_one, &n, true);
	/* relaxed: the wait orders it */
	keep(load_relaxed(&n) >= 1, CALL);
}

static void have_a_child(struct actor *a)
{
	struct atomic32 n = ATOMIC32(0);
	struct thread *child = thread_spawn(add_one, &n, NULL);

	(void)a;
	keep(child, NO_MEMORY);
	if (!child)
		return;
	thread_join(child);
	/* relaxed: the join orders it */
	keep(load_relaxed(&n) == 1, CHILD);
}

static void wake_somebody(struct actor *a)
{
	/* all records live until every actor is done */
	unpark(actors[random_below(&a->random, nr_actors)].thread);
}

static void yield(struct actor *a)
{
	(void)a;
	thread_yield();
}

static void boost_somebody(struct actor *a)
{
	thread_boost(actors[random_below(&a->random, nr_actors)].thread,
		     (int)random_below(&a->random, PRIO_DEFAULT + 2));
}

static void (*const deeds[])(struct actor *a) = {
	be_once, be_once, yield, yield, migrate, sleep, use_timer, call,
	have_a_child, wake_somebody, wake_somebody, boost_somebody,
};

static void act(void *arg)
{
	struct actor *a = arg;

	while (load_acquire(&phase) == WAIT)		/* [A] */
		thread_sleep(clock_ns() + MS);
	while (load_acquire(&phase) == GO) {		/* [A] */
		deeds[random_below(&a->random, ARRAY_LEN(deeds))](a);
		/* relaxed: a sign of life */
		fetch_add_relaxed(&a->steps, 1);
	}
	store_release(&a->done, 1);			/* [B] */
}

static void prepare(uint64_t seed)
{
	struct random random = { seed };

	store_relaxed(&phase, WAIT);	/* relaxed: before they start */
	store_relaxed(&broken, 0);	/* relaxed: as above */
	nr_actors = 2 * cpumask_count(&cpus_online) + 6;
	if (nr_actors > ACTORS_MAX)
		nr_actors = ACTORS_MAX;
	for (unsigned i = 0; i < nr_actors; i++) {
		actors[i] = (struct actor){
			.random = { random_next(&random) },
			.timer = TIMER_INIT(fire),
		};
	}
}

/* Fewer than planned when memory is short. */
static void start(void)
{
	unsigned started = 0;

	while (started < nr_actors) {
		struct thread_spec spec = {
			.name = "actor", .fn = act, .arg = &actors[started],
			.prio = PRIO_DEFAULT,
		};

		actors[started].thread = thread_create(&spec);
		if (!actors[started].thread)
			break;
		started++;
	}
	nr_actors = started;
	store_release(&phase, GO);			/* [A] */
}

static uint64_t all_steps(void)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < nr_actors; i++)
		/* relaxed: a sample */
		n += load_relaxed(&actors[i].steps);
	return n;
}

static unsigned still_acting(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < nr_actors; i++)
		n += !load_acquire(&actors[i].done);	/* [B] */
	return n;
}

/* False: nobody does a step any more, and somebody is not done. */
static bool wait_for_actors(uint64_t seconds)
{
	uint64_t end = clock_ns() + seconds * 1000 * MS;
	uint64_t since = clock_ns(), steps = 0;

	while (still_acting()) {	/* or stuck */
		thread_sleep(clock_ns() + 10 * MS);
		if (all_steps() != steps)
			since = clock_ns();
		steps = all_steps();
		if (clock_ns() >= end || shell_stopped())
			store_release(&phase, STOP);	/* [A] */
		if (clock_ns() - since > STUCK_NS)
			return false;
	}
	return true;
}

static bool report(bool ended)
{
	uint32_t bits = load_acquire(&broken);	/* [C] */

	for (unsigned i = 0; i < PROMISES; i++)
		if (bits & 1u << i)
			console_printf("stress: %s\n", promises[i]);
	if (!ended)
		console_printf("stress: %u of %u threads are stuck; see "
			       "`threads' and `runq'\n", still_acting(),
			       nr_actors);
	console_printf("stress: %lu steps by %u threads: %s\n", all_steps(),
		       nr_actors, ended && !(bits & ~(1u << NO_MEMORY))
		       ? "all promises kept" : "BROKEN");
	return ended;
}

static int run(uint64_t seconds, uint64_t seed)
{
	static bool stuck;
	struct thread *self = thread_self();

	if (stuck) {
		console_printf("stress: the threads of the last one are "
			       "still stuck\n");
		return -EBUSY;
	}
	console_printf("stress: %lu seconds, seed=0x%lx\n", seconds, seed);
	prepare(seed);
	thread_set_priority(self, PRIO_COMMAND);
	start();
	stuck = !wait_for_actors(seconds);
	thread_set_priority(self, PRIO_DEFAULT);
	if (report(!stuck))
		for (unsigned i = 0; i < nr_actors; i++)
			thread_join(actors[i].thread);
	return 0;
}

static int cmd_stress(int argc, char **argv)
{
	uint64_t seconds = 3, seed = random_u64();

	for (int i = 1; i < argc; i++) {
		size_t n = sizeof(SEED) - 1;
		bool ok = strncmp(argv[i], SEED, n)
			  ? string_to_u64(argv[i], &seconds)
			  : string_to_u64(argv[i] + n, &seed);

		if (!ok || seconds > 86400)
			return -EINVAL;
	}
	return run(seconds, seed);
}

COMMAND("stress", "[seconds] [seed=n]", "strain the scheduler, and check it",
	cmd_stress);
