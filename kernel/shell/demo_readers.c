/*
 * kernel/shell/demo_readers.c - many readers, few writers.
 *
 * A writer changes two words that belong together, with a moment in between;
 * a reader who finds them unequal has seen a half-done change.
 */
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/shell/demo.h"
#include "kernel/shell/demo_crew.h"
#include "sync/brlock.h"
#include "sync/phase_fair.h"
#include "sync/rw_ops.h"
#include "sync/rwlock.h"

#define MS		150
#define WRITES_EVERY	8	/* rounds of a member */
#define LONG		100	/* a section, as cpu_delay() counts */

RW_OPS(rwlock)
RW_OPS(phase_fair)
RW_OPS(brlock)

static struct rwlock rwlock;
static struct phase_fair phase_fair;
static struct brlock brlock;

/* relaxed, all of them: the locks order them, and the first row has none */
static struct atomic32 one, two, inside;

static void none_op(void *unused)
{
	(void)unused;
}

static const struct rw_ops none_ops = {
	.name = "none", .init = none_op,
	.read_lock = none_op, .read_unlock = none_op,
	.write_lock = none_op, .write_unlock = none_op,
};

static const struct kind {
	const struct rw_ops *ops;
	void *lock;
} kinds[] = {
	{ &none_ops, NULL },
	{ &rwlock_ops, &rwlock },
	{ &phase_fair_ops, &phase_fair },
	{ &brlock_ops, &brlock },
}, *kind;

static void write(struct demo_tally *t)
{
	kind->ops->write_lock(kind->lock);
	fetch_add_relaxed(&one, 1);		/* relaxed: as above */
	cpu_delay(LONG);
	fetch_add_relaxed(&two, 1);		/* relaxed: as above */
	kind->ops->write_unlock(kind->lock);
	t->other++;
}

static void read(struct demo_tally *t)
{
	uint32_t first, readers;

	kind->ops->read_lock(kind->lock);
	readers = fetch_add_relaxed(&inside, 1) + 1;	/* relaxed: as above */
	first = load_relaxed(&one);		/* relaxed: as above */
	cpu_delay(LONG);
	if (load_relaxed(&two) != first)	/* relaxed: as above */
		t->wrong++;
	fetch_add_relaxed(&inside, -1u);	/* relaxed: as above */
	kind->ops->read_unlock(kind->lock);
	if (readers > t->most)
		t->most = readers;
	t->done++;
}

static void read_and_write(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];

	for (unsigned i = member; demo_on(); i++)
		if (i % WRITES_EVERY)
			read(t);
		else
			write(t);
}

void demo_readers(void)
{
	console_printf("Each CPU reads, and writes every %uth time, %u ms a "
		       "lock.\n", WRITES_EVERY, MS);
	console_printf("  %-12s %9s %9s %9s %9s\n", "lock", "reads", "writes",
		       "at once", "torn");
	for (kind = kinds; kind < kinds + ARRAY_LEN(kinds); kind++) {
		struct demo_sum sum;

		kind->ops->init(kind->lock);
		/* relaxed: before the threads exist; and both are equal then */
		store_relaxed(&one, 0);
		store_relaxed(&two, 0);		/* relaxed: as above */
		if (!demo_crew(read_and_write, MS))
			return;
		sum = demo_sum();
		console_printf("  %-12s %9lu %9lu %9lu %9lu\n",
			       kind->ops->name, sum.all.done, sum.all.other,
			       sum.all.most, sum.all.wrong);
	}
	console_printf("at once: the most readers that were inside together. "
		       "torn: readers that saw\n"
		       "one half of a write.  Who waits for whom is told in "
		       "docs/22-phase-fair.md\n"
		       "and docs/23-brlock.md.\n");
}
