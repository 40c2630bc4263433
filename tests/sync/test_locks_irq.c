/*
 * tests/sync/test_locks_irq.c - every lock that interrupts may take, taken by
 * them: the holder masks interrupts, and a timer on its CPU takes the lock, too.
 *
 * Now and then a member stays inside until its timer is due, so an interrupt is
 * always about to come upon a holder.  If one does, it does not wait for a lock
 * that it keeps from being given up: it says so.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sched/timer.h"
#include "sync/park.h"
#include "sync/watch.h"
#include "tests/crew.h"
#include "tests/sync/lock_trial.h"

#define SHOTS	12	/* a member takes so many at least */
#define TURNS	24	/* and works as often */
#define EVERY	200000	/* ns: on a loaded host a handler may take a tenth */

/* How a holder keeps interrupts out. */
struct guard {
	const char *name;
	uint64_t (*mask)(void);
	void (*leave)(unsigned member, uint64_t was);
	unsigned fault;
};

/* Of one CPU: its thread and its interrupts alone touch it. */
struct shooter {
	struct timer timer;
	struct random thread, handler;
	struct atomic32 shots, stop;
	struct atomic32 busy;		/* the thread waits or holds */
	struct atomic64 due_ns;
};

static struct shooter shooters[NR_CPUS];
static const struct guard *guard;

/* relaxed, all of them in this file: between a CPU and its interrupts */

static void shoot_later(struct shooter *s)
{
	uint64_t due = clock_ns() + EVERY;

	store_relaxed(&s->due_ns, due);
	timer_start(&s->timer, due);
}

static void shoot(struct timer *timer)
{
	struct shooter *s = container_of(timer, struct shooter, timer);

	if (load_relaxed(&s->busy)) {
		lock_trial_fault(TRIAL_UPON);
	} else if (lock_trial_enter(&s->handler, 0)) {
		lock_trial_inside(&s->handler);
		lock_trial_leave();
	}
	fetch_add_relaxed(&s->shots, 1);
	if (!load_relaxed(&s->stop))
		shoot_later(s);
}

/* Until our timer is due; and if it can fire, until it has fired. */
static void stay(const struct shooter *s)
{
	uint32_t before = load_relaxed(&s->shots);

	while (clock_ns() < load_relaxed(&s->due_ns))
		cpu_relax();
	while (irqs_enabled() && load_relaxed(&s->shots) == before)
		cpu_relax();
}

static void turn(unsigned member, bool long_one)
{
	struct shooter *s = &shooters[member];
	uint64_t was = guard->mask();

	store_relaxed(&s->busy, 1);
	if (lock_trial_enter(&s->thread, member)) {
		lock_trial_inside(&s->thread);
		if (long_one)
			stay(s);
		guard->leave(member, was);
	}
	store_relaxed(&s->busy, 0);
	irq_restore(was);
}

static void work_under_fire(unsigned member)
{
	struct shooter *s = &shooters[member];
	unsigned turns = 0;

	timer_init(&s->timer, shoot);
	shoot_later(s);
	do {	/* ended by the handler, or by a fault */
		turn(member, turns % 8 == 0);
		turns++;
	} while (!lock_trial_over() &&
		 (turns < TURNS || load_relaxed(&s->shots) < SHOTS));
	store_relaxed(&s->stop, 1);
	timer_stop_wait(&s->timer);
}

static uint64_t mask(void)
{
	return irq_save();
}

/* Twin: it forgets to mask. */
static uint64_t forget(void)
{
	uint64_t was = irq_save();

	irq_restore(was);
	return was;
}

#define KIND_(name, text, flags)	text,
static const char *const kinds[] = { WATCH_KINDS(KIND_) };

/*
 * The lock in the table has one initialiser, so lockdep takes all its trials
 * for one class.  Here interrupts take it, so it is of another.
 */
static void classify(const struct lock_ops *ops)
{
	uintptr_t site = (uintptr_t)(guard->fault ? forget : mask);

	for (unsigned kind = 0; kind < WATCH_KIND_COUNT; kind++)
		if (watch_on() && !__builtin_strcmp(kinds[kind], ops->name))
			lockdep_init_lock(lock_trial_lock(), kind, site);
}

static unsigned fire(struct test *t, const struct lock_ops *ops,
		     const struct guard *which)
{
	struct trial trial = { .ops = ops, .seed = test_random(t) };
	unsigned faults, shots = 0;

	guard = which;
	for (unsigned i = 0; i < crew_size(); i++) {
		struct shooter *s = &shooters[i];

		s->thread.state = trial.seed + i;
		s->handler.state = ~trial.seed - i;
		store_relaxed(&s->shots, 0);
		store_relaxed(&s->stop, 0);
		store_relaxed(&s->busy, 0);
	}
	lock_trial_begin(&trial);
	classify(ops);
	crew_run(crew_size(), work_under_fire);
	faults = lock_trial_end();
	for (unsigned i = 0; i < crew_size(); i++)
		shots += load_relaxed(&shooters[i].shots);
	test_note(t, "%s, %s: %u handlers, faults %u, seed %lu", ops->name,
		  which->name, shots, faults, (unsigned long)trial.seed);
	return faults;
}

static void leave_masked(unsigned member, uint64_t was)
{
	(void)member;
	(void)was;
	lock_trial_leave();
}

static const struct guard masked = { "masked", mask, leave_masked, 0 };

TEST("sync/locks_irq", test_every_lock_excludes_interrupts_that_take_it)
{
	for (unsigned i = 0; i < lock_count; i++)
		if (lock_table[i].flags & LOCK_IRQ)
			check(t, !fire(t, &lock_table[i], &masked));
}

/* Twin: it unmasks before it gives the lock up. */
static void leave_early(unsigned member, uint64_t was)
{
	irq_restore(was);
	stay(&shooters[member]);
	lock_trial_leave();
}

static const struct guard twins[] = {
	{ "forgets to mask", forget, leave_masked, TRIAL_UPON },
	{ "unmasks too early", mask, leave_early, TRIAL_UPON },
};

TEST("sync/locks_irq", test_a_holder_that_lets_interrupts_in_is_caught)
{
	test_breaks_rules(t);
	for (unsigned i = 0; i < lock_count; i++)
		for (unsigned k = 0; k < ARRAY_LEN(twins); k++)
			if (lock_table[i].flags & LOCK_IRQ)
				check(t, fire(t, &lock_table[i], &twins[k]) &
					 twins[k].fault);
}
