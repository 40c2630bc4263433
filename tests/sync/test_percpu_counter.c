/*
 * tests/sync/test_percpu_counter.c - nothing is lost, and the quick read is
 * never further off than it promises.
 *
 * The same judge sees the counter and its broken twins.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/percpu_counter.h"
#include "tests/crew.h"
#include "tests/dice.h"

#define ADDS	4096	/* of each member */

struct counter_ops {
	void (*add)(struct percpu_counter *c, int64_t n);
	int64_t (*read)(const struct percpu_counter *c);
	int64_t (*sum)(const struct percpu_counter *c);
};

static const struct counter_ops percpu = {
	percpu_counter_add, percpu_counter_read, percpu_counter_sum,
};

static struct percpu_counter counter;
static const struct counter_ops *ops;
static uint64_t seeds[NR_CPUS];
static struct atomic64 expected;	/* the sum, kept the dear way */
static int64_t step;			/* what each add adds; 0: anything */
static struct atomic32 ready;

static void start_anew(struct test *t, const struct counter_ops *which,
		       int64_t each)
{
	/* relaxed, all of them: nobody else is there yet */
	for (unsigned i = 0; i < NR_CPUS; i++) {
		seeds[i] = test_random(t);
		store_relaxed(&counter.row[i].count, 0);
		store_relaxed(&counter.row[i].published, 0);
	}
	store_relaxed(&counter.total, 0);
	store_relaxed(&expected, 0);
	store_relaxed(&ready, 0);
	ops = which;
	step = each;
}

static int64_t amount(struct dice *d)
{
	return step ? step : (int64_t)(roll(d) % 401) - 200;
}

static void add_much(unsigned member)
{
	struct dice d = { seeds[member] };
	int64_t mine = 0;

	fetch_add_acq_rel(&ready, 1);
	while (load_acquire(&ready) < crew_size())
		cpu_relax();
	for (unsigned i = 0; i < ADDS; i++) {
		int64_t n = amount(&d);

		ops->add(&counter, n);
		mine += n;
	}
	/* relaxed: a sum, read after the join */
	fetch_add_relaxed(&expected, mine);
}

static uint64_t distance(int64_t a, int64_t b)
{
	return a < b ? (uint64_t)b - a : (uint64_t)a - b;
}

/* By how much the exact sum is wrong when everybody has returned. */
static uint64_t lost(void)
{
	crew_run(crew_size(), add_much);
	/* relaxed: the crew has been joined */
	return distance(ops->sum(&counter), load_relaxed(&expected));
}

/* By how much the quick read is further off than promised. */
static uint64_t beyond_bound(void)
{
	uint64_t bound = crew_size() * (PERCPU_COUNTER_BATCH - 1);
	uint64_t off = distance(ops->read(&counter), ops->sum(&counter));

	return off > bound ? off - bound : 0;
}

TEST("sync/percpu_counter", test_percpu_counter_sums_exactly)
{
	start_anew(t, &percpu, 0);
	check(t, lost() == 0);
	check(t, beyond_bound() == 0);
}

TEST("sync/percpu_counter", test_percpu_counter_is_bounded_up_and_down)
{
	start_anew(t, &percpu, 1);
	check(t, lost() == 0);
	check(t, beyond_bound() == 0);
	start_anew(t, &percpu, -1);
	check(t, lost() == 0);
	check(t, beyond_bound() == 0);
}

TEST("sync/percpu_counter", test_percpu_counter_takes_any_amount_and_wraps)
{
	start_anew(t, &percpu, 0);
	percpu_counter_add(&counter, INT64_MAX);
	check(t, percpu_counter_sum(&counter) == INT64_MAX);
	check(t, percpu_counter_read(&counter) == INT64_MAX);
	percpu_counter_add(&counter, 1);
	check(t, percpu_counter_sum(&counter) == INT64_MIN);
	percpu_counter_add(&counter, INT64_MIN);
	check(t, percpu_counter_sum(&counter) == 0);
	check(t, beyond_bound() == 0);
}

TEST("sync/percpu_counter", test_percpu_counter_reads_short_of_a_batch_as_0)
{
	start_anew(t, &percpu, 0);
	percpu_counter_add(&counter, PERCPU_COUNTER_BATCH - 1);
	check(t, percpu_counter_read(&counter) == 0);
	check(t, percpu_counter_sum(&counter) == PERCPU_COUNTER_BATCH - 1);
	percpu_counter_add(&counter, 1);
	check(t, percpu_counter_read(&counter) == PERCPU_COUNTER_BATCH);
}

static struct atomic32 outside;		/* reads that were out of bounds */

/* Member 0 reads while the others add ones. */
static void read_or_add(unsigned member)
{
	int64_t slack = crew_size() * PERCPU_COUNTER_BATCH;

	if (member) {
		add_much(member);
		return;
	}
	fetch_add_acq_rel(&ready, 1);
	for (unsigned i = 0; i < ADDS / 4; i++) {
		int64_t before = percpu_counter_sum(&counter);
		int64_t read = percpu_counter_read(&counter);
		int64_t after = percpu_counter_sum(&counter);

		/* relaxed: a count, read after the join */
		if (read < before - slack || read > after + slack ||
		    after < before)
			fetch_add_relaxed(&outside, 1);
	}
}

TEST("sync/percpu_counter", test_percpu_counter_is_bounded_while_others_add)
{
	start_anew(t, &percpu, 1);
	store_relaxed(&outside, 0);	/* relaxed: before the crew starts */
	crew_run(crew_size(), read_or_add);
	check(t, load_relaxed(&outside) == 0);	/* relaxed: after the join */
}

/* Twin: two CPUs share a row, and the addition is two steps. */
static void split_add(struct percpu_counter *c, int64_t n)
{
	struct percpu_counter_row *row = &c->row[cpu_id() / 2];
	uint64_t was = load_relaxed(&row->count);

	cpu_delay(4);
	store_relaxed(&row->count, was + n);
}

TEST("sync/percpu_counter", test_a_split_add_is_caught)
{
	static const struct counter_ops twin = {
		split_add, percpu_counter_read, percpu_counter_sum,
	};
	uint64_t missing = 0;

	if (crew_size() < 2) {
		test_skip(t, "one CPU cannot race");
		return;
	}
	for (unsigned i = 0; i < 100 && !missing; i++) {
		start_anew(t, &twin, 1);
		missing = lost();
	}
	check(t, missing > 0);
	test_note(t, "the split add lost %lu of %lu", missing,
		  load_relaxed(&expected));
}

/* Twin: publishes what grows, and forgets that a counter may fall. */
static void add_upward(struct percpu_counter *c, int64_t n)
{
	struct percpu_counter_row *row = &c->row[cpu_id()];
	int64_t now = fetch_add_relaxed(&row->count, n) + n;
	int64_t owed = now - load_relaxed(&row->published);

	if (owed < PERCPU_COUNTER_BATCH)
		return;
	store_relaxed(&row->published, now);
	fetch_add_relaxed(&c->total, owed);
}

TEST("sync/percpu_counter", test_a_read_that_drifts_is_caught)
{
	static const struct counter_ops twin = {
		add_upward, percpu_counter_read, percpu_counter_sum,
	};

	start_anew(t, &twin, 1);
	check(t, lost() == 0);
	check(t, beyond_bound() == 0);	/* upward it is right ... */
	start_anew(t, &twin, -1);
	check(t, lost() == 0);
	check(t, beyond_bound() > 0);	/* ... and downward it is not */
}
