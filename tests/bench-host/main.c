/*
 * tests/bench-host/main.c - `make bench-host`: ours beside peers.
 *
 *     bench-host [counts]      (counts: no durations)
 *
 * Instructions and locked instructions are exact, and gate: exit status 1 if a
 * row of ours is over its limit, or over the best peer that promises the same
 * and there is no reason given.  Durations are medians of rounds in which all
 * rows take turns, with the spread from the tenth to the ninetieth percentile;
 * they are published, and never gate.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/compiler.h"
#include "sync/park.h"
#include "tests/bench-host/row.h"

#define ROUNDS	51
#define PAIRS	20000
#define ROWS	32

static double times[ROWS][ROUNDS];	/* ns of a pair */

static never_inline double time_row(struct row *r)
{
	uint64_t began = clock_ns();

	for (unsigned i = 0; i < PAIRS; i++)
		row_unlock(r, 0, row_lock(r, 0));
	return (double)(clock_ns() - began) / PAIRS;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of n <= ROUNDS values. */
static double quantile(const double *values, unsigned n, double q)
{
	double sorted[ROUNDS];

	memcpy(sorted, values, n * sizeof(sorted[0]));
	qsort(sorted, n, sizeof(sorted[0]), by_value);
	return sorted[(unsigned)(q * (n - 1))];
}

static void take_times(const struct row_table *t)
{
	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned i = 0; i < t->count; i++)
			times[i][round] = time_row(&t->rows[i]);
}

/* Against row 0, the bare instructions, round by round. */
static double ratio(unsigned i)
{
	double values[ROUNDS];

	for (unsigned round = 0; round < ROUNDS; round++)
		values[round] = times[i][round] / times[0][round];
	return quantile(values, ROUNDS, 0.5);
}

static unsigned least(unsigned a, unsigned b)
{
	return a && a < b ? a : b;
}

/* The least that a peer of the row needs; 0: it has none. */
static struct counts best_peer(const struct row_table *t, const struct counts *c,
			       const struct row *r)
{
	struct counts best = { 0 };

	for (unsigned i = 0; i < t->count; i++) {
		if (t->rows[i].ours || strcmp(t->rows[i].group, r->group))
			continue;
		best.instructions = least(best.instructions, c[i].instructions);
		best.locked = least(best.locked, c[i].locked);
	}
	return best;
}

/* The gate.  Behind: over a peer, and the row says why. */
static bool is_over(const struct row *r, struct counts c, struct counts peer,
		    bool *behind)
{
	*behind = (peer.instructions && c.instructions > peer.instructions)
		  || (peer.locked && c.locked > peer.locked);
	return (r->limit && c.instructions > r->limit) || (*behind && !r->why);
}

static void print_limit(unsigned limit)
{
	if (limit)
		printf(" %6u", limit);
	else
		printf(" %6s", "");
}

static bool print_row(const struct row_table *t, unsigned i,
		      const struct counts *c, bool timed)
{
	const struct row *r = &t->rows[i];
	struct counts peer = best_peer(t, c, r);
	bool behind = false;
	bool over = r->ours && is_over(r, c[i], peer, &behind);

	printf("%-19s %-11s %6u", r->name, r->group, c[i].instructions);
	print_limit(r->limit);
	print_limit(r->ours ? peer.instructions : 0);
	printf(" %6u", c[i].locked);
	if (timed)
		printf(" %6.1f %6.1f .. %-6.1f %5.2f",
		       quantile(times[i], ROUNDS, 0.5),
		       quantile(times[i], ROUNDS, 0.1),
		       quantile(times[i], ROUNDS, 0.9), ratio(i));
	printf("%s\n", over ? "  OVER" : "");
	if (behind && r->why)
		printf("    behind: %s\n", r->why);
	return over;
}

static bool show_alone(const struct row_table *t, bool timed)
{
	struct counts c[ROWS];
	bool over = false;

	t->init();
	for (unsigned i = 0; i < t->count; i++)
		c[i] = count_row(&t->rows[i]);
	if (timed)
		take_times(t);
	printf("%-19s group       instrs  limit   peer locked%s\n", t->title,
	       timed ? "     ns  10 % .. 90 %  /first" : "");
	for (unsigned i = 0; i < t->count; i++)
		over |= print_row(t, i, c, timed);
	return over;
}

static struct contest contests[THREADS][ROWS][CONTENDED];

static double median_of(struct contest *c, size_t field, double q)
{
	double values[CONTENDED];

	for (unsigned i = 0; i < CONTENDED; i++)
		values[i] = *(double *)((char *)&c[i] + field);
	return quantile(values, CONTENDED, q);
}

#define MEDIAN(c, field, q) median_of(c, offsetof(struct contest, field), q)

/* Two threads: the best peer's slow rounds are faster than our fast ones. */
static bool is_behind(const struct row_table *t, const struct row *r)
{
	double ours = MEDIAN(contests[1][r - t->rows], pairs_per_us, 0.9);

	for (unsigned i = 0; i < t->count; i++)
		if (!t->rows[i].ours && !strcmp(t->rows[i].group, r->group)
		    && MEDIAN(contests[1][i], pairs_per_us, 0.1) > ours)
			return r->ours;
	return false;
}

static void show_together(const struct row_table *t)
{
	for (unsigned n = 1; n <= THREADS; n++)
		if (!contend(t, n, contests[n - 1])) {
			printf("\n(fewer than %u processors: nobody to contend "
			       "with)\n", n);
			return;
		}
	printf("\n%-19s pairs/us: 1 thread  2 threads  10 %% .. 90 %%    "
	       "least share%s\n", t->title,
	       t->shared ? "" : "  handed over");
	for (unsigned i = 0; i < t->count; i++) {
		struct contest *two = contests[1][i];

		if (t->rows[i].group[0] == '-' || t->rows[i].alone)
			continue;	/* excludes nobody; or everybody */
		printf("%-19s %18.2f %10.2f %6.2f .. %-6.2f ",
		       t->rows[i].name,
		       MEDIAN(contests[0][i], pairs_per_us, 0.5),
		       MEDIAN(two, pairs_per_us, 0.5),
		       MEDIAN(two, pairs_per_us, 0.1),
		       MEDIAN(two, pairs_per_us, 0.9));
		if (t->rows[i].give)
			printf("%12s", "one way");
		else
			printf("%10.0f %%", 100 * MEDIAN(two, least_share, 0.5));
		if (!t->shared)
			printf(" %9.0f %%", 100 * MEDIAN(two, handed, 0.5));
		printf("\n");
		if (is_behind(t, &t->rows[i]))
			printf("    behind: %s\n", t->rows[i].why_two
			       ? t->rows[i].why_two : "not explained");
	}
}

int main(int argc, char **argv)
{
	static const struct row_table *const tables[] = {
		&excluding, &reading, &passing, &finding,
	};
	bool timed = !(argc > 1 && strcmp(argv[1], "counts") == 0);
	bool over = false;

	park_this_thread();
	if (timed)
		start_bystander();
	for (unsigned i = 0; i < ARRAY_LEN(tables); i++) {
		if (i)
			printf("\n");
		over |= show_alone(tables[i], timed);
		if (timed)
			show_together(tables[i]);
	}
	return over;
}
