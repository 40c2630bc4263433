/*
 * sync/percpu_counter.h - a number that every CPU adds to and few read.
 *
 * Guarantees  percpu_counter_sum() counts every add that happened before it
 *             exactly once, and none that happens after it; an add that runs
 *             meanwhile is counted once or not at all.
 *             percpu_counter_read() is off from that sum by less than
 *             PERCPU_COUNTER_BATCH for each possible CPU, not counting the
 *             adds that have not returned.
 *             Zeroed memory is a counter at 0.  It wraps at 64 bits.
 * Context     Any, NMI included; the caller may migrate between its steps.
 * Cost        A cache line for each CPU the world may have, and one.  Add: one
 *             locked instruction on this CPU's own line, and, once in
 *             PERCPU_COUNTER_BATCH units, two more, one of them on the shared
 *             line.  Read: one load.  Sum: a line for each possible CPU.
 * Limits      Neither result is a moment's value while others add: a sum that
 *             meets +1 and -1 on two CPUs may see only the second.  So a
 *             counter that never was negative may be read as negative.
 * See         docs/20-percpu-counter.md, tests/sync/test_percpu_counter.c
 */
#pragma once

#include "arch/atomic.h"
#include "kernel/config.h"

#define PERCPU_COUNTER_BATCH	64

struct percpu_counter_row {
	struct atomic64 count;		/* all that was added on this CPU */
	struct atomic64 published;	/* what of it is in total */
} aligned_to(CACHE_LINE);

struct percpu_counter {
	struct atomic64 total;
	struct percpu_counter_row row[NR_CPUS];
};

void percpu_counter_add(struct percpu_counter *c, int64_t n);
int64_t percpu_counter_read(const struct percpu_counter *c);
int64_t percpu_counter_sum(const struct percpu_counter *c);
