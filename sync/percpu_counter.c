/*
 * sync/percpu_counter.c - add on your own line, publish now and then.
 *
 * Invariant   The counter's value is the sum of count over all rows: an amount
 *             never moves from one word to another, so no reader can miss it on
 *             the way or meet it twice.
 *             total is the sum of published, but for publish() calls between
 *             their two steps: each changes total by what it changed its
 *             published by.
 *             Whoever changes count or published looks at both afterwards, and
 *             goes on until they are less than a batch apart.  So when every
 *             add has returned they are, in each row: the last to change one of
 *             them saw the final values of both.
 * Ordering    None of its own: each word stands for itself.  An add that
 *             happened before the sum, by whatever the caller synchronises
 *             with, is seen because a later load of the same word is.
 *             The add is one locked instruction, so an interrupt, an NMI or a
 *             migration can come before it or after it, never into it.
 * References  McKenney, Is Parallel Programming Hard, chapter 5 (statistical
 *             and approximate limit counters).  Rejected: moving the local
 *             amount into the total, as Linux's lib/percpu_counter.c does,
 *             since an exact sum must then lock the movers out; masking
 *             interrupts around a plain add, which NMIs do not heed.
 */
#include "sync/percpu_counter.h"

#include "arch/cpu.h"

static bool within_batch(uint64_t difference)
{
	return difference + PERCPU_COUNTER_BATCH - 1 <
	       2 * PERCPU_COUNTER_BATCH - 1;
}

static void publish(struct percpu_counter *c, struct percpu_counter_row *row)
{
	/* ended by the second check: another round only after another's step */
	for (;;) {
		/* relaxed: stale, it fails the cas or is looked at again */
		uint64_t was = load_relaxed(&row->published);
		/* relaxed: as above */
		uint64_t now = load_relaxed(&row->count);

		if (within_batch(now - was))
			return;
		/* relaxed: total is a number, it publishes nothing else */
		if (cas_relaxed(&row->published, &was, now))
			fetch_add_relaxed(&c->total, now - was);
	}
}

void percpu_counter_add(struct percpu_counter *c, int64_t n)
{
	struct percpu_counter_row *row = &c->row[cpu_id()];
	/* relaxed: see Ordering; if we migrated, it is merely a slower line */
	uint64_t now = fetch_add_relaxed(&row->count, n) + n;

	/* relaxed: publish() looks again */
	if (unlikely(!within_batch(now - load_relaxed(&row->published))))
		publish(c, row);
}

int64_t percpu_counter_read(const struct percpu_counter *c)
{
	/* relaxed: see Ordering */
	return load_relaxed(&c->total);
}

int64_t percpu_counter_sum(const struct percpu_counter *c)
{
	uint64_t sum = 0;

	cpumask_for_each(cpu, &cpus_possible)
		/* relaxed: see Ordering */
		sum += load_relaxed(&c->row[cpu].count);
	return sum;
}
