/*
 * sync/lockstat.c - a row for each class on each CPU.
 *
 * Invariant   A row is written by its CPU alone, with interrupts masked.
 * Ordering    None: each number stands for itself.
 * References  Linux, Documentation/locking/lockstat.rst.
 */
#include "sync/lockstat.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "sync/lockdep.h"

struct lockstat_row {
	struct atomic64 acquired, contended;
	struct atomic64 wait_ns, wait_max_ns;
	struct atomic64 hold_ns, hold_max_ns;
};

struct lockstat_rows {
	struct lockstat_row class[LOCKDEP_CLASSES];
};

static PERCPU(struct lockstat_rows, lockstat_rows);

static void add(struct atomic64 *n, uint64_t more)
{
	/* relaxed: its CPU's own */
	store_relaxed(n, load_relaxed(n) + more);
}

static void raise(struct atomic64 *n, uint64_t to)
{
	/* relaxed: its CPU's own */
	if (load_relaxed(n) < to)
		store_relaxed(n, to);	/* relaxed: as above */
}

void lockstat_got(unsigned class, bool waited, uint64_t wait_ns)
{
	uint64_t was = irq_save();
	struct lockstat_row *row = &this_cpu_ptr(&lockstat_rows)->class[class];

	add(&row->acquired, 1);
	if (waited) {
		add(&row->contended, 1);
		add(&row->wait_ns, wait_ns);
		raise(&row->wait_max_ns, wait_ns);
	}
	irq_restore(was);
}

void lockstat_let_go(unsigned class, uint64_t hold_ns)
{
	uint64_t was = irq_save();
	struct lockstat_row *row = &this_cpu_ptr(&lockstat_rows)->class[class];

	add(&row->hold_ns, hold_ns);
	raise(&row->hold_max_ns, hold_ns);
	irq_restore(was);
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void lockstat_read(unsigned class, struct lockstat *out)
{
	*out = (struct lockstat){ 0 };
	cpumask_for_each(cpu, &cpus_possible) {
		struct lockstat_row *row =
			&per_cpu_ptr(&lockstat_rows, cpu)->class[class];

		/* relaxed: see Limits, for all of them */
		out->acquired += load_relaxed(&row->acquired);
		/* relaxed: so */
		out->contended += load_relaxed(&row->contended);
		/* relaxed: so */
		out->wait_ns += load_relaxed(&row->wait_ns);
		/* relaxed: so */
		out->hold_ns += load_relaxed(&row->hold_ns);
		/* relaxed: so */
		out->wait_max_ns = larger(out->wait_max_ns,
			load_relaxed(&row->wait_max_ns));
		/* relaxed: so */
		out->hold_max_ns = larger(out->hold_max_ns,
			load_relaxed(&row->hold_max_ns));
	}
}

void lockstat_clear(void)
{
	cpumask_for_each(cpu, &cpus_possible) {
		struct lockstat_rows *rows = per_cpu_ptr(&lockstat_rows, cpu);

		for (unsigned i = 0; i < LOCKDEP_CLASSES; i++) {
			struct lockstat_row *row = &rows->class[i];

			/* relaxed: what is counted meanwhile may stay */
			store_relaxed(&row->acquired, 0);
			/* relaxed: so */
			store_relaxed(&row->contended, 0);
			/* relaxed: so */
			store_relaxed(&row->wait_ns, 0);
			/* relaxed: so */
			store_relaxed(&row->wait_max_ns, 0);
			/* relaxed: so */
			store_relaxed(&row->hold_ns, 0);
			/* relaxed: so */
			store_relaxed(&row->hold_max_ns, 0);
		}
	}
}
