/*
 * tests/sync/rcu_torture.c - elements that age, and those who hold them.
 *
 * Ordering    [A] current: an element's filling -> its readers.
 *             [B] stop, alive: the threads' end -> rcu_torture().
 *             [C] age, through the grace period that is tested: nothing else
 *             orders a reader's last look and the next step.
 */
#include "tests/sync/rcu_torture.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "sync/park.h"
#include "sync/timer.h"
#include "tests/dice.h"

#define ELEMENTS	(4 * TORTURE_STEPS)
/*
 * CPUs on which readers are.  More of them would be more than an emulator's
 * host runs at a time: idle CPUs that look for work queue for each other's
 * locks, and each hand-over would wait for the host's scheduler.
 */
#define PINNED		4
#define LONG_TURNS	100
#define LONG_NS		(2000 * US)	/* what a right RCU has to bear */
#define LIVES_READS	20
#define READS		100	/* at least, by the pinned */
#define MOST_UPDATES	100000	/* a broken twin does not get that far */
#define US		1000ULL
#define PRIO_UPDATER	20

struct element {
	struct rcu_head head;
	struct atomic32 age;	/* 0: current, or not yet */
	struct atomic32 busy;
	unsigned filled;	/* plain: the grace period protects it */
};

struct reader {
	struct dice dice, irq_dice;
	struct timer timer;
};

static const struct torture_plan *plan;
static struct element elements[ELEMENTS];
static struct atomic_ptr current;
static struct reader readers[PINNED];
static struct cpumask crowd;
static struct atomic32 old, empty, reads, irq_reads, long_reads, lives, steps;
static struct atomic32 stop, alive, staying;

/* relaxed, all of the counts: they are read when the threads have ended */
static bool is_over(void)
{
	return load_acquire(&stop) || load_relaxed(&old) ||
		load_relaxed(&empty);
}

/*
 * Until the updater has gone on by two steps; a right RCU does not let it.  One
 * at a time, since whoever stays holds up the steps that others wait for.
 */
static void stay_long(struct dice *d)
{
	uint64_t until = clock_ns() + (plan->stay_ns ? plan->stay_ns : LONG_NS);
	uint32_t from = load_relaxed(&steps);

	if (xchg_acq_rel(&staying, 1))
		return;
	fetch_add_relaxed(&long_reads, 1);
	for (unsigned i = 0; i < LONG_TURNS || clock_ns() < until; i++) {
		if (load_relaxed(&steps) - from > 2 || is_over())
			break;
		if (plan->inside)
			plan->inside(plan->domain);
		if (plan->sleeps && one_in(d, 64))
			park(clock_ns() + 200 * US);
		else
			cpu_delay(20);
	}
	store_release(&staying, 0);
}

static bool is_long(struct dice *d, unsigned index)
{
	if (plan->stays)
		return plan->stays(plan->domain, index);
	return one_in(d, 100);
}

static void read_once(struct dice *d, bool may_be_long)
{
	unsigned index = plan->ops->read_lock(plan->domain), inner = 0;
	bool nested = one_in(d, 4);
	struct element *e = load_acquire(&current);	/* [A] */

	if (nested)
		inner = plan->ops->read_lock(plan->domain);
	if (may_be_long && is_long(d, index))
		stay_long(d);
	else
		cpu_delay(roll(d) % 8);
	if (nested) {
		plan->ops->read_unlock(plan->domain, inner);
		cpu_delay(roll(d) % 8);
	}
	if (!e->filled)
		fetch_add_relaxed(&empty, 1);
	if (load_relaxed(&e->age) > 1)			/* [C] */
		fetch_add_relaxed(&old, 1);
	plan->ops->read_unlock(plan->domain, index);
}

static void read_in_interrupt(struct timer *timer)
{
	struct reader *r = container_of(timer, struct reader, timer);

	for (unsigned i = 0; i < 4; i++)
		read_once(&r->irq_dice, false);
	fetch_add_relaxed(&irq_reads, 4);
	if (!is_over())
		timer_start(timer, clock_ns() + 200 * US +
			    roll(&r->irq_dice) % (1000 * US));
}

static void leave(void)
{
	fetch_add_acq_rel(&alive, -1);			/* [B] */
}

/* Between two readers, on a CPU that nobody else reports for. */
static void rest(void)
{
	if (plan->rest)
		plan->rest(plan->domain);
}

static void read_pinned(void *arg)
{
	struct reader *r = arg;

	if (plan->begin)
		plan->begin(plan->domain);
	r->timer = (struct timer)TIMER_INIT(read_in_interrupt);
	timer_start(&r->timer, clock_ns() + 100 * US);
	while (!is_over()) {	/* ended by the updater */
		unsigned n = roll(&r->dice) % 16;

		for (unsigned i = 0; i < n; i++)
			read_once(&r->dice, true), rest();
		fetch_add_relaxed(&reads, n);
		park(clock_ns() + roll(&r->dice) % (500 * US));
		rest();
	}
	(void)!timer_stop(&r->timer);
	if (plan->end)
		plan->end(plan->domain);
	leave();
}

static void live_shortly(void *arg)
{
	struct dice d = { (uintptr_t)arg };

	for (unsigned i = 0; i < LIVES_READS && !is_over(); i++)
		read_once(&d, one_in(&d, 2));
	fetch_add_relaxed(&lives, 1);
	leave();
}

/*
 * One that lives shortly after the other, but no more than there are steps: on
 * a busy host the worker that buries them would let no reader on its CPU.
 */
static void spawn_lives(void *arg)
{
	struct dice d = { (uintptr_t)arg };
	uint32_t seen;

	while (!is_over()) {	/* ended by the updater */
		struct thread *t;

		fetch_add_acq_rel(&alive, 1);		/* [B] */
		t = thread_spawn(live_shortly, (void *)(uintptr_t)roll(&d),
				 cpumask_empty(&crowd) ? NULL : &crowd);
		if (t)
			thread_put(t);
		else
			leave();
		seen = load_relaxed(&steps);
		do	/* ended by the updater */
			park(clock_ns() + 2000 * US);
		while (load_relaxed(&steps) == seen && !is_over());
	}
	leave();
}

static void fill(struct element *e)
{
	e->filled = 1;
	store_relaxed(&e->age, 0);
	store_relaxed(&e->busy, 1);
}

static struct element *find_free(void)
{
	for (unsigned i = 0; i < ELEMENTS; i++)
		if (!load_acquire(&elements[i].busy))	/* [C] */
			return &elements[i];
	return NULL;
}

/* One step older; true: it may be used again. */
static bool grow(struct element *e)
{
	uint32_t age = fetch_add_relaxed(&e->age, 1) + 1;

	if (age < TORTURE_STEPS)
		return false;
	e->filled = 0;
	store_release(&e->busy, 0);			/* [C] */
	return true;
}

static void grow_by_call(struct rcu_head *head)
{
	struct element *e = container_of(head, struct element, head);

	fetch_add_relaxed(&steps, 1);
	if (!grow(e))
		plan->ops->call(plan->domain, head, grow_by_call);
}

static void grow_all(void)
{
	fetch_add_relaxed(&steps, 1);
	for (unsigned i = 0; i < ELEMENTS; i++)
		if (load_relaxed(&elements[i].busy) &&
		    load_relaxed(&elements[i].age))
			grow(&elements[i]);
}

static void poll_for_it(uint64_t cookie)
{
	/* ended by the grace period */
	while (!plan->ops->poll_state(plan->domain, cookie))
		park(clock_ns() + 50 * US);
}

/* In every way there is. */
static void wait_for_readers(struct dice *d)
{
	const struct rcu_ops *ops = plan->ops;

	switch (plan->each_waits_alone ? 0 : roll(d) % 4) {
	case 1:
		if (ops->synchronize_expedited) {
			ops->synchronize_expedited(plan->domain);
			break;
		}
		/* fall through */
	case 2:
		if (ops->start_poll) {
			poll_for_it(ops->start_poll(plan->domain));
			break;
		}
		/* fall through */
	case 3:
		if (ops->cond_synchronize) {
			ops->cond_synchronize(plan->domain,
				ops->get_state(plan->domain));
			break;
		}
		/* fall through */
	default:
		ops->synchronize(plan->domain);
	}
}

/* Enough of everything; or enough, since nobody reads. */
static bool is_enough(unsigned updates)
{
	return updates >= plan->updates &&
		(load_relaxed(&reads) >= READS || updates >= MOST_UPDATES);
}

/* Returns how many replacements there were. */
static unsigned update(struct dice *d)
{
	unsigned i;

	for (i = 0; !is_enough(i) && !is_over(); i++) {
		struct element *was = load_relaxed(&current);
		struct element *e = find_free();

		if (!e) {	/* all are with callbacks */
			park(clock_ns() + 100 * US);
			continue;
		}
		fill(e);
		store_release(&current, e);		/* [A] */
		store_relaxed(&was->age, 1);
		if (plan->calls) {
			plan->ops->call(plan->domain, &was->head,
					grow_by_call);
			if (one_in(d, 4))
				park(clock_ns() + roll(d) % (500 * US));
		} else {
			wait_for_readers(d);
			grow_all();
			if (one_in(d, 4))
				park(clock_ns() + roll(d) % (500 * US));
		}
	}
	return i;
}

/* Others who wait at the same time, and share. */
static void wait_beside(void *arg)
{
	struct dice d = { (uintptr_t)arg };

	while (!is_over()) {	/* ended by the updater */
		wait_for_readers(&d);
		park(clock_ns() + roll(&d) % (300 * US));
	}
	leave();
}

static void spawn(void (*fn)(void *), void *arg, const struct cpumask *mask)
{
	struct thread *t;

	fetch_add_acq_rel(&alive, 1);			/* [B] */
	t = thread_spawn(fn, arg, mask);
	assert(t);
	thread_put(t);
}

/* Draws CPUs; none where threads are CPUs. */
static void draw_crowd(struct test *t)
{
	unsigned n = cpumask_count(&cpus_online);

	cpumask_zero(&crowd);
	cpumask_for_each(cpu, &cpus_online) {
		unsigned missing = PINNED - cpumask_count(&crowd);

		if (test_random(t) % n-- < missing)
			cpumask_set(&crowd, cpu);
	}
}

static void spawn_reader(struct test *t, unsigned n, const struct cpumask *mask)
{
	readers[n] = (struct reader){
		.dice.state = test_random(t), .irq_dice.state = test_random(t),
	};
	spawn(read_pinned, &readers[n], mask);
}

static void spawn_all(struct test *t)
{
	const struct cpumask *mask = cpumask_empty(&crowd) ? NULL : &crowd;
	unsigned n = 0;

	cpumask_for_each(cpu, &crowd) {
		struct cpumask only = { 0 };

		cpumask_set(&only, cpu);
		spawn_reader(t, n++, &only);
	}
	for (; !mask && n < PINNED; n++)
		spawn_reader(t, n, NULL);
	spawn(spawn_lives, (void *)(uintptr_t)test_random(t), mask);
	if (!plan->calls)
		spawn(wait_beside, (void *)(uintptr_t)test_random(t), mask);
}

static void begin(const struct torture_plan *p)
{
	struct atomic32 *counts[] = {
		&old, &empty, &reads, &irq_reads, &long_reads, &lives, &steps,
		&stop, &alive, &staying,
	};

	for (unsigned i = 0; i < ARRAY_LEN(counts); i++)
		store_relaxed(counts[i], 0);
	for (unsigned i = 0; i < ELEMENTS; i++)
		elements[i] = (struct element){ .filled = 0 };
	fill(&elements[0]);
	store_relaxed(&current, &elements[0]);
	plan = p;
}

/* Ages what the callbacks have not yet brought to its end. */
static void drain(void)
{
	for (unsigned i = 0; plan->calls && i <= TORTURE_STEPS; i++)
		plan->ops->barrier(plan->domain);
}

static void stop_timers(void)
{
	for (unsigned i = 0; i < PINNED; i++)
		if (readers[i].timer.fn)
			(void)!timer_stop(&readers[i].timer);
	park(clock_ns() + 1000 * US);	/* a handler that had begun */
	for (unsigned i = 0; i < PINNED; i++)
		if (readers[i].timer.fn)
			(void)!timer_stop(&readers[i].timer);
}

unsigned rcu_torture(struct test *t, const struct torture_plan *p,
		     struct torture_score *score)
{
	struct dice d = { test_random(t) };

	begin(p);
	draw_crowd(t);
	spawn_all(t);
	thread_boost(thread_self(), PRIO_UPDATER);
	score->updates = update(&d);
	thread_boost(thread_self(), 0);
	store_release(&stop, 1);			/* [B] */
	while (load_acquire(&alive))			/* [B] */
		park(clock_ns() + 1000 * US);
	stop_timers();
	drain();
	score->old = load_relaxed(&old);
	score->empty = load_relaxed(&empty);
	score->reads = load_relaxed(&reads);
	score->irq_reads = load_relaxed(&irq_reads);
	score->long_reads = load_relaxed(&long_reads);
	score->short_lives = load_relaxed(&lives);
	return score->old + score->empty;
}

void torture_note(struct test *t, const char *what,
		  const struct torture_score *s)
{
	test_note(t, "%s: old %u, empty %u in %u updates; reads %u, in "
		  "interrupts %u, long %u; short lives %u", what, s->old,
		  s->empty, s->updates, s->reads, s->irq_reads, s->long_reads,
		  s->short_lives);
}
