/*
 * tests/checker/seams.c - the seams of sync/, and what a program calls.
 *
 * Invariant   What waits is an operation that is able to run when it need wait
 *             no longer.  A thread's token is a hidden word: unpark() sets it,
 *             park() takes it.  The clock is another; its lane moves it on.
 */
#include <string.h>

#include "core.h"

#include "arch/cpu.h"
#include "sync/park.h"
#include "sync/preempt.h"

#define CALLER	((uintptr_t)__builtin_return_address(0))

static struct lane *add_lane(const char *name, void (*fn)(void *), void *arg)
{
	struct lane *t = &run.lane[run.threads];

	if (!run.setup || run.threads == CHECK_THREADS)
		fail("bad program", "more than %d threads, or not in "
		     "check_setup()", CHECK_THREADS);
	t->number = t->cpu = run.threads++;
	t->name = name;
	t->fn = fn;
	t->arg = arg;
	return t;
}

struct thread *check_thread(const char *name, void (*fn)(void *arg), void *arg)
{
	struct lane *t = add_lane(name, fn, arg);

	cpumask_set(&cpus_possible, t->cpu);
	cpumask_set(&cpus_present, t->cpu);
	cpumask_set(&cpus_online, t->cpu);
	return (struct thread *)t;
}

static void begin_when_spawned(void *unused)
{
	struct lane *me = run.self;

	(void)unused;
	point(&(struct op){ .kind = OP_PARK, .size = 8, .strong = true,
			    .order = ACQUIRE, .value = PARK_FOREVER,
			    .addr = hidden_word(me->number) });
	me->begin(me->begin_arg);
}

void check_spare(const char *name)
{
	struct lane *t = (struct lane *)check_thread(name, begin_when_spawned,
						     NULL);

	t->is_spare = true;
}

/* weak: a program may have its own, where the mask matters */
__attribute__((weak))
struct thread *thread_spawn(void (*fn)(void *arg), void *arg,
			    const struct cpumask *mask)
{
	struct lane *t = run.lane;

	(void)mask;		/* a thread is a CPU */
	while (t < run.lane + run.threads && (!t->is_spare || t->is_spawned))
		t++;
	if (t == run.lane + run.threads)
		return check_thread("spawned", fn, arg);
	t->is_spawned = true;
	t->begin = fn;
	t->begin_arg = arg;
	if (!run.setup) {
		unpark((struct thread *)t);
	} else {
		t->fn = fn;
		t->arg = arg;
	}
	return (struct thread *)t;
}

const char *check_argument(void)
{
	return options.argument;
}

void check_interrupt(unsigned cpu, const char *name, void (*fn)(void *arg),
		     void *arg)
{
	struct lane *t = add_lane(name, fn, arg);

	t->cpu = cpu;
	t->is_handler = true;
	if (cpu >= t->number)
		fail("bad program", "no thread %u to interrupt yet", cpu);
}

void check_finally(void (*fn)(void))
{
	run.finally = fn;
}

void check_time(unsigned ticks)
{
	run.ticks = ticks;
}

void check_owners_run(void)
{
	run.owners_run = true;
}

void check_polls(void)
{
	run.polls = true;
}

void assert_failed(const char *cond, const char *file, int line,
		   const char *func)
{
	fail("assertion", "%s:%d: %s: assert(%s)", file, line, func, cond);
}

/* ------------------------------------------------------------------- locks */

void check_lock(struct check_lock *l)
{
	run.last_pc = CALLER;
	if (run.self)
		point(&(struct op){ .kind = OP_LOCK, .size = 4, .strong = true,
				    .order = ACQUIRE, .addr = (uintptr_t)l,
				    .pc = CALLER });
	else if (l->held++)
		fail("deadlock", "a lock that is still held");
}

bool check_trylock(struct check_lock *l)
{
	run.last_pc = CALLER;
	if (!run.self)
		return !l->held++;
	point(&(struct op){ .kind = OP_CAS, .size = 4, .strong = true,
			    .order = ACQUIRE, .addr = (uintptr_t)l,
			    .value = 1, .pc = CALLER });
	return run.self->succeeded;
}

void check_unlock(struct check_lock *l)
{
	run.last_pc = CALLER;
	if (run.self)
		point(&(struct op){ .kind = OP_STORE, .size = 4,
				    .strong = true, .order = RELEASE,
				    .addr = (uintptr_t)l, .pc = CALLER });
	else
		l->held = 0;
}

/* --------------------------------------------------------------------- cpu */

unsigned cpu_id(void)
{
	return run.self ? run.self->cpu : 0;
}

void cpu_relax(void)
{
	run.last_pc = CALLER;
	if (!run.self)
		fail("deadlock", "a wait with nobody to end it");
	/* the loop is in this call of its function: older reads are not its */
	if (run.self->frames < FRAMES)
		forget_seen(run.self, run.self->seens_at[run.self->frames]);
	point(&(struct op){ .kind = OP_AWAIT, .pc = CALLER });
}

void cpu_delay(unsigned n)
{
	(void)n;
	if (run.polls)
		cpu_relax();
}

uint64_t irq_save(void)
{
	struct lane *me = run.self;
	bool was;

	if (!me)
		return 1;
	if (!me->masked && me->plain_points)
		point(&(struct op){ .kind = OP_MASK, .pc = CALLER });
	was = !me->masked;
	me->masked = true;
	return was;
}

void irq_restore(uint64_t was)
{
	if (run.self && was)
		run.self->masked = false;
}

bool irqs_enabled(void)
{
	return !run.self || !run.self->masked;
}

bool in_irq(void)
{
	return run.self && run.self->is_handler;
}

void preempt_disable(void)
{
	if (run.self)
		run.self->preempt++;
}

void preempt_enable(void)
{
	if (run.self && !run.self->preempt--)
		fail("bad preempt_enable", "%s", run.self->name);
}

bool preemptible(void)
{
	return !run.self || (!run.self->preempt && !run.self->masked);
}

void might_sleep(void)
{
	if (!preemptible())
		fail("sleep in atomic", "%s may sleep with preemption or "
		     "interrupts disabled", run.self->name);
}

/* ----------------------------------------------------------- park and time */

struct thread *thread_self(void)
{
	return (struct thread *)run.self;
}

static uintptr_t token_of(const struct lane *t)
{
	return hidden_word(t->number);
}

void park(uint64_t deadline_ns)
{
	run.last_pc = CALLER;
	if (!run.self)
		fail("deadlock", "sleep with nobody to end it");
	might_sleep();
	if (run.polls && deadline_ns != PARK_FOREVER) {
		cpu_relax();
		return;
	}
	point(&(struct op){ .kind = OP_PARK, .size = 8, .strong = true,
			    .order = ACQUIRE, .value = deadline_ns,
			    .addr = token_of(run.self), .pc = CALLER });
}

void unpark(struct thread *t)
{
	run.last_pc = CALLER;
	if (run.self)
		point(&(struct op){ .kind = OP_UNPARK, .size = 8,
				    .strong = true, .order = RELEASE,
				    .addr = token_of((struct lane *)t),
				    .pc = CALLER });
}

/* Nobody kills anybody here. */
bool thread_is_killed(void)
{
	return false;
}

bool thread_is_running(const struct thread *t)
{
	(void)t;
	return run.owners_run;
}

void thread_boost(struct thread *t, int prio)
{
	(void)t;
	(void)prio;
}

void thread_get(struct thread *t)
{
	(void)t;
}

void thread_put(struct thread *t)
{
	(void)t;
}

uint64_t clock_ns(void)
{
	run.last_pc = CALLER;
	if (!run.self || !run.ticks)
		return run.now;
	return point(&(struct op){ .kind = OP_TIME, .size = 8, .strong = true,
				   .addr = hidden_word(CLOCK_LANE),
				   .pc = CALLER });
}
