/*
 * tests/sync/test_readers_irq.c - readers that come as interrupts, in the
 * kernel: upon readers, upon writers, upon an addition.
 *
 * Each member runs a timer on its own CPU whose handler starts it again, and
 * works at the same lock meanwhile.  How many handlers ran is noted: what meets
 * whom is up to the machine.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sched/timer.h"
#include "sync/brlock.h"
#include "sync/park.h"
#include "sync/percpu_counter.h"
#include "sync/phase_fair.h"
#include "sync/rwlock.h"
#include "sync/seq_latch.h"
#include "sync/seqlock.h"
#include "tests/crew.h"
#include "tests/dice.h"

#define SHOTS	100	/* a member takes so many at least, and works as often */
#define EVERY	200000	/* ns: on a loaded host a handler may take a tenth */

struct pair {
	uint64_t a, b;		/* equal in a whole one */
};

#define WORDS	SEQ_WORDS(struct pair)

/* One kind of reader: what the handler does, and what it interrupts. */
struct kind {
	bool (*read)(void);		/* false: torn */
	void (*work)(struct dice *d);
};

struct shooter {
	struct timer timer;
	struct atomic32 shots;
	struct atomic32 torn;
	struct atomic32 stop;
	uint64_t seed;
};

static struct shooter shooters[NR_CPUS];
static const struct kind *kind;
static struct atomic64 left, right;	/* equal, but for a writer's while */

static void shoot(struct timer *timer)
{
	struct shooter *s = container_of(timer, struct shooter, timer);

	/* relaxed, all of them: read after the timer was stopped */
	if (!kind->read())
		fetch_add_relaxed(&s->torn, 1);
	fetch_add_relaxed(&s->shots, 1);
	if (!load_relaxed(&s->stop))
		timer_start(timer, clock_ns() + EVERY);
}

static void work_under_fire(unsigned member)
{
	struct shooter *s = &shooters[member];
	struct dice d = { s->seed };
	unsigned turns = 0;

	timer_init(&s->timer, shoot);
	timer_start(&s->timer, clock_ns() + EVERY);
	/* relaxed, all of them: of this CPU, or a count */
	do	/* ended by the handler */
		kind->work(&d);
	while (++turns < SHOTS || load_relaxed(&s->shots) < SHOTS);
	store_relaxed(&s->stop, 1);
	timer_stop_wait(&s->timer);
}

/* Returns what was torn, and counts the shots. */
static unsigned fire(struct test *t, const struct kind *which,
		     uint64_t *shots)
{
	unsigned torn = 0;

	kind = which;
	*shots = 0;
	/* relaxed, all of them: before and after the crew */
	store_relaxed(&left, 0);
	store_relaxed(&right, 0);
	for (unsigned i = 0; i < crew_size(); i++) {
		store_relaxed(&shooters[i].shots, 0);
		store_relaxed(&shooters[i].torn, 0);
		store_relaxed(&shooters[i].stop, 0);
		shooters[i].seed = test_random(t);
	}
	crew_run(crew_size(), work_under_fire);
	for (unsigned i = 0; i < crew_size(); i++) {
		torn += load_relaxed(&shooters[i].torn);
		*shots += load_relaxed(&shooters[i].shots);
	}
	test_note(t, "%lu handlers ran, %u of them saw torn data", *shots,
		  torn);
	return torn;
}

/* relaxed: the lock under test is to give the order */
static bool whole(unsigned pause)
{
	uint64_t a = load_relaxed(&left);

	cpu_delay(pause);
	return load_relaxed(&right) == a;
}

static void change(unsigned pause)
{
	/* relaxed, all of them: as above */
	store_relaxed(&left, load_relaxed(&left) + 1);
	cpu_delay(pause);
	store_relaxed(&right, load_relaxed(&right) + 1);
}

static struct rwlock rwlock = RWLOCK_INIT;

static bool rwlock_probe(void)
{
	bool ok;

	rwlock_read_lock(&rwlock);
	ok = whole(8);
	rwlock_read_unlock(&rwlock);
	return ok;
}

static void rwlock_work(struct dice *d)
{
	uint64_t was;

	if (!one_in(d, 4)) {
		rwlock_probe();
		return;
	}
	was = rwlock_write_lock_irqsave(&rwlock);
	change(roll(d) % 64);
	rwlock_write_unlock_irqrestore(&rwlock, was);
}

TEST("sync/readers_irq", test_rwlock_is_read_by_interrupts)
{
	static const struct kind k = { rwlock_probe, rwlock_work };
	uint64_t shots;

	check(t, fire(t, &k, &shots) == 0);
}

static struct brlock brlock = BRLOCK_INIT;

static bool brlock_probe(void)
{
	bool ok;

	brlock_read_lock(&brlock);
	ok = whole(8);
	brlock_read_unlock(&brlock);
	return ok;
}

static void brlock_work(struct dice *d)
{
	uint64_t was;

	if (!one_in(d, 4)) {
		brlock_probe();
		return;
	}
	was = brlock_write_lock_irqsave(&brlock);
	change(roll(d) % 64);
	brlock_write_unlock_irqrestore(&brlock, was);
}

TEST("sync/readers_irq", test_brlock_is_read_by_interrupts)
{
	static const struct kind k = { brlock_probe, brlock_work };
	uint64_t shots;

	check(t, fire(t, &k, &shots) == 0);
	cpumask_for_each(cpu, &cpus_possible)
		check(t, load_acquire(&brlock.cpu[cpu].readers) == 0);
}

static struct phase_fair phase_fair = PHASE_FAIR_INIT;

static bool phase_fair_probe(void)
{
	uint64_t was = phase_fair_read_lock_irqsave(&phase_fair);
	bool ok = whole(8);

	phase_fair_read_unlock_irqrestore(&phase_fair, was);
	return ok;
}

static void phase_fair_work(struct dice *d)
{
	uint64_t was;

	if (!one_in(d, 4)) {
		phase_fair_probe();
		return;
	}
	was = phase_fair_write_lock_irqsave(&phase_fair);
	change(roll(d) % 64);
	phase_fair_write_unlock_irqrestore(&phase_fair, was);
}

TEST("sync/readers_irq", test_phase_fair_is_read_by_interrupts)
{
	static const struct kind k = { phase_fair_probe, phase_fair_work };
	uint64_t shots;

	check(t, fire(t, &k, &shots) == 0);
}

static struct seqlock seqlock = SEQLOCK_INIT;

static bool seqlock_probe(void)
{
	uint32_t start;
	bool ok;

	do {	/* ended by the writer on another CPU */
		start = seq_read_begin(&seqlock.count);
		ok = whole(0);
	} while (seq_read_retry(&seqlock.count, start));
	return ok;
}

static void seqlock_work(struct dice *d)
{
	uint64_t was = seqlock_write_lock_irqsave(&seqlock);

	change(roll(d) % 64);
	seqlock_write_unlock_irqrestore(&seqlock, was);
	cpu_delay(roll(d) % 256);
}

TEST("sync/readers_irq", test_seqlock_is_read_by_interrupts)
{
	static const struct kind k = { seqlock_probe, seqlock_work };
	uint64_t shots;

	check(t, fire(t, &k, &shots) == 0);
}

/* One latch for each CPU, written there with interrupts enabled. */
static struct {
	struct seq_latch latch;
	struct atomic64 copies[2 * WORDS];
	uint64_t value;
} latches[NR_CPUS];

static bool latch_probe(void)
{
	unsigned cpu = cpu_id();
	struct pair p;

	seq_latch_read(&latches[cpu].latch, latches[cpu].copies, &p, WORDS);
	return p.a == p.b;
}

static void latch_work(struct dice *d)
{
	unsigned cpu = cpu_id();
	uint64_t v = ++latches[cpu].value;

	/* a write in slow motion: the handler comes between its steps */
	for (unsigned copy = 0; copy < 2; copy++) {
		seq_latch_flip(&latches[cpu].latch);
		for (unsigned i = 0; i < WORDS; i++) {
			/* relaxed: the flip orders it */
			store_relaxed(&latches[cpu].copies[copy * WORDS + i],
				      v);
			cpu_delay(roll(d) % 64);
		}
	}
}

TEST("sync/readers_irq", test_seq_latch_is_read_upon_its_writer)
{
	static const struct kind k = { latch_probe, latch_work };
	uint64_t shots;

	check(t, fire(t, &k, &shots) == 0);
}

/* Twin: one copy, as if there were no latch. */
static bool single_probe(void)
{
	return whole(0);
}

static void single_work(struct dice *d)
{
	change(roll(d) % 64);
}

TEST("sync/readers_irq", test_a_reader_upon_a_writer_is_caught)
{
	static const struct kind k = { single_probe, single_work };
	uint64_t shots;

	check(t, fire(t, &k, &shots) > 0);
}

static struct percpu_counter counter;
static struct atomic64 expected;

static bool count_one(void)
{
	percpu_counter_add(&counter, 1);
	return true;
}

static void count_some(struct dice *d)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < 100; i++) {
		int64_t n = (int64_t)(roll(d) % 21) - 10;

		percpu_counter_add(&counter, n);
		sum += n;
	}
	/* relaxed: read after the crew has been joined */
	fetch_add_relaxed(&expected, sum);
}

TEST("sync/readers_irq", test_percpu_counter_takes_adds_from_interrupts)
{
	static const struct kind k = { count_one, count_some };
	int64_t before = percpu_counter_sum(&counter);
	uint64_t shots;

	store_relaxed(&expected, 0);	/* relaxed: before the crew */
	check(t, fire(t, &k, &shots) == 0);
	/* relaxed: after the crew */
	check(t, percpu_counter_sum(&counter) - before ==
		 (int64_t)(load_relaxed(&expected) + shots));
}

/* Twin: a row of this CPU alone, but an addition of two steps. */
static struct atomic64 rows[NR_CPUS];

static void split_add(int64_t n, unsigned pause)
{
	/* relaxed: the two steps are the fault */
	uint64_t was = load_relaxed(&rows[cpu_id()]);

	cpu_delay(pause);
	store_relaxed(&rows[cpu_id()], was + n);
}

static bool split_one(void)
{
	split_add(1, 0);
	return true;
}

static void split_some(struct dice *d)
{
	split_add(1, roll(d) % 64);
	fetch_add_relaxed(&expected, 1);	/* relaxed: as above */
}

TEST("sync/readers_irq", test_a_split_add_upon_itself_is_caught)
{
	static const struct kind k = { split_one, split_some };
	uint64_t shots, sum = 0;

	/* relaxed, all of them: before and after the crew */
	store_relaxed(&expected, 0);
	for (unsigned i = 0; i < NR_CPUS; i++)
		store_relaxed(&rows[i], 0);
	fire(t, &k, &shots);
	for (unsigned i = 0; i < NR_CPUS; i++)
		sum += load_relaxed(&rows[i]);
	check(t, sum < load_relaxed(&expected) + shots);
	test_note(t, "%lu of %lu additions were lost",
		  load_relaxed(&expected) + shots - sum,
		  load_relaxed(&expected) + shots);
}
