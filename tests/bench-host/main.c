/*
 * tests/bench-host/main.c - `make bench-host`: one table, ours beside peers.
 *
 *     bench-host [counts]      (counts: no durations)
 *
 * Instructions and locked instructions are exact, and gate: exit status 1 if a
 * row of ours is over its limit, or over the best peer that promises the same.
 * Durations are medians of rounds in which all rows take turns, with the spread
 * from the tenth to the ninetieth percentile; they are published, and never
 * gate.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/compiler.h"
#include "tests/bench-host/row.h"

#define ROUNDS	51
#define PAIRS	20000
#define ROWS	32

static double times[ROWS][ROUNDS];	/* ns of a pair */

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static never_inline double time_row(const struct row *r)
{
	double began = now_ns();

	for (unsigned i = 0; i < PAIRS; i++) {
		r->lock(r->object, r->node);
		r->unlock(r->key, r->node);
	}
	return (now_ns() - began) / PAIRS;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(const double *values, double q)
{
	double sorted[ROUNDS];

	memcpy(sorted, values, sizeof(sorted));
	qsort(sorted, ROUNDS, sizeof(sorted[0]), by_value);
	return sorted[(unsigned)(q * (ROUNDS - 1))];
}

static void take_times(void)
{
	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned i = 0; i < row_count; i++)
			times[i][round] = time_row(&rows[i]);
}

/* Against row 0, the bare instructions, round by round. */
static double ratio(unsigned i)
{
	double values[ROUNDS];

	for (unsigned round = 0; round < ROUNDS; round++)
		values[round] = times[i][round] / times[0][round];
	return quantile(values, 0.5);
}

static unsigned best_peer(const struct counts *c, const char *group)
{
	unsigned best = 0;

	for (unsigned i = 0; i < row_count; i++)
		if (!rows[i].ours && strcmp(rows[i].group, group) == 0
		    && (!best || c[i].instructions < best))
			best = c[i].instructions;
	return best;
}

/* The limit of a row of ours, or 0: its own, or the best peer's if lower. */
static unsigned limit_of(const struct row *r, const struct counts *c)
{
	unsigned peer = r->ours ? best_peer(c, r->group) : 0;

	return peer && (!r->limit || peer < r->limit) ? peer : r->limit;
}

static bool print_row(unsigned i, const struct counts *c, bool timed)
{
	unsigned limit = limit_of(&rows[i], c);
	bool over = limit && c[i].instructions > limit;

	printf("%-18s %-7s %6u", rows[i].name, rows[i].group,
	       c[i].instructions);
	if (limit)
		printf(" %6u", limit);
	else
		printf(" %6s", "");
	printf(" %7u", c[i].locked);
	if (timed)
		printf(" %7.1f %7.1f .. %-6.1f %5.2f",
		       quantile(times[i], 0.5), quantile(times[i], 0.1),
		       quantile(times[i], 0.9), ratio(i));
	printf("%s\n", over ? "  OVER" : "");
	return over;
}

int main(int argc, char **argv)
{
	bool timed = !(argc > 1 && strcmp(argv[1], "counts") == 0);
	struct counts c[ROWS];
	bool over = false;

	rows_init();
	for (unsigned i = 0; i < row_count; i++)
		c[i] = count_row(&rows[i]);
	if (timed) {
		start_bystander();
		take_times();
	}
	printf("lock + unlock      group   instrs  limit  locked%s\n",
	       timed ? "      ns   10 % .. 90 %  /bare" : "");
	for (unsigned i = 0; i < row_count; i++)
		over |= print_row(i, c, timed);
	return over;
}
