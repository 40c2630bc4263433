/*
 * kernel/shell/demo_locks.c - every lock of lock_table, and none.
 *
 * All CPUs want in as fast as they can.  Inside, one adds to a counter as
 * demo_counter.c does, and looks at who was inside before.
 */
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/shell/demo.h"
#include "kernel/shell/demo_crew.h"
#include "sync/lock_ops.h"

#define MS	150

static char lock[LOCK_SIZE_MAX] aligned_to(CACHE_LINE);
static const struct lock_ops *ops;

/* Written inside.  Relaxed, all of them: the lock orders them, and where the
   table's first row has none, being wrong is what it is for. */
static struct atomic32 counter, last, row;

static void none_op(void *unused)
{
	(void)unused;
}

static const struct lock_ops none = {
	.name = "none", .init = none_op, .lock = none_op, .unlock = none_op,
};

static void be_inside(unsigned member, struct demo_tally *t)
{
	uint32_t seen = load_relaxed(&counter);	/* relaxed: as above */
	uint32_t in_a_row = 1;

	cpu_relax();	/* a moment passes, as in a cache miss */
	store_relaxed(&counter, seen + 1);	/* relaxed: as above */
	if (load_relaxed(&last) == member)	/* relaxed: as above */
		in_a_row = load_relaxed(&row) + 1;	/* relaxed: as above */
	store_relaxed(&last, member);		/* relaxed: as above */
	store_relaxed(&row, in_a_row);		/* relaxed: as above */
	if (in_a_row > t->most)
		t->most = in_a_row;
}

static void want_in(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];

	while (demo_on()) {
		ops->lock(lock);
		be_inside(member, t);
		ops->unlock(lock);
		t->done++;
	}
}

static void show(const struct lock_ops *this)
{
	struct demo_sum sum;

	ops = this;
	__builtin_memset(lock, 0, sizeof(lock));
	ops->init(lock);
	/* relaxed: before the threads exist */
	store_relaxed(&counter, 0);
	store_relaxed(&last, UINT32_MAX);	/* relaxed: as above */
	store_relaxed(&row, 0);			/* relaxed: as above */
	if (!demo_crew(want_in, MS))
		return;
	sum = demo_sum();
	console_printf("  %-12s %9lu %9lu %9lu %9lu %9lu\n", ops->name,
		       sum.all.done, sum.least, sum.greatest, sum.all.most,
		       /* relaxed: all have been joined */
		       sum.all.done - load_relaxed(&counter));
}

void demo_locks(void)
{
	console_printf("Each CPU enters as often as it can, %u ms a lock.\n",
		       MS);
	console_printf("  %-12s %9s %9s %9s %9s %9s\n", "lock", "entries",
		       "least", "greatest", "in a row", "lost");
	show(&none);
	for (unsigned i = 0; i < lock_count; i++)
		show(&lock_table[i]);
	console_printf("least, greatest: entries of the CPU with fewest, with "
		       "most.\n"
		       "in a row: the most by one CPU with nobody in between. "
		       "A lock that is fair\n"
		       "keeps it small, and on an emulator pays for each "
		       "hand-over; an unfair one\n"
		       "gets more done by letting the CPU that has the line "
		       "keep it.  lost: counter++\n"
		       "that another stored over; 0 under every lock.\n");
}
