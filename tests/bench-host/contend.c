/*
 * tests/bench-host/contend.c - one or two threads, and all rows by turns.
 *
 * The threads live as long as the measurement, each on a processor of its own.
 * Inside a pair they count a hand-over when another was inside last; what they
 * count and look at lies on lines of their own.
 *
 * Ordering    [A] the director's store of turn -> the workers' load: which row.
 *             [B] a worker's store of finished -> the director's load: its
 *             counts.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "arch/cpu.h"
#include "kernel/compiler.h"
#include "sync/park.h"
#include "tests/bench-host/row.h"

#define ROUND_NS	4000000
#define OUTSIDE		8	/* pauses between two pairs */
#define BATCH		16	/* pairs between two looks at the clock's word */
#define line		aligned_to(CACHE_LINE)

static struct worker {
	pthread_t thread;
	unsigned number;
	int processor;
	uint64_t pairs;
	uint64_t handed;
	struct atomic32 finished;	/* turns */
} line workers[THREADS];

static struct atomic32 turn line, stop line;
static struct {
	struct atomic32 last;		/* who was inside; under the lock */
} line inside;
static struct row *row;
static bool shared;
static unsigned alive;			/* how many threads take part */

static never_inline void play(struct worker *w)
{
	uint32_t me = w->number;

	while (!load_relaxed(&stop)) {	/* relaxed: sooner or later */
		for (unsigned i = 0; i < BATCH; i++) {
			void *token = row_lock(row, me);

			/* relaxed: the lock orders it, where it excludes */
			if (!shared && load_relaxed(&inside.last) != me) {
				/* relaxed: as above */
				store_relaxed(&inside.last, me);
				w->handed++;
			}
			row_unlock(row, me, token);
			w->pairs++;
			for (unsigned j = 0; j < OUTSIDE; j++)
				cpu_relax();
		}
	}
}

/* Thread 0 gives, thread 1 gets and counts. */
static never_inline void play_one_way(struct worker *w)
{
	bool (*step)(void *) = w->number ? row->get : row->give;

	while (!load_relaxed(&stop)) {	/* relaxed: sooner or later */
		for (unsigned i = 0; i < BATCH; i++) {
			if (!step(row->object))
				cpu_relax();
			else if (w->number)
				w->pairs++;
		}
	}
}

static bool is_one_way(const struct row *r)
{
	return r->give && alive == 2;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	cpu_set_t only;

	CPU_ZERO(&only);
	CPU_SET(w->processor, &only);
	pthread_setaffinity_np(pthread_self(), sizeof(only), &only);
	world_cpu = w->number;
	park_this_thread();
	for (uint32_t t = 1; ; t++) {	/* ended by a turn without a row */
		while (load_acquire(&turn) < t)		/* [A] */
			sched_yield();
		if (!row)
			return NULL;
		if (is_one_way(row))
			play_one_way(w);
		else
			play(w);
		store_release(&w->finished, t);		/* [B] */
	}
}

static double now_us(void)
{
	return clock_ns() / 1e3;
}

/* One round of one row. */
static struct contest play_round(struct row *r, uint32_t number)
{
	const struct timespec length = { .tv_nsec = ROUND_NS };
	struct contest c = { .least_share = 1 };
	uint64_t pairs = 0, handed = 0, least = UINT64_MAX;
	double began;

	row = r;
	for (unsigned i = 0; i < alive; i++)
		workers[i].pairs = workers[i].handed = 0;
	store_relaxed(&stop, 0);		/* relaxed: before the turn */
	began = now_us();
	store_release(&turn, number);		/* [A] */
	nanosleep(&length, NULL);
	store_relaxed(&stop, 1);		/* relaxed: sooner or later */
	for (unsigned i = 0; i < alive; i++) {
		while (load_acquire(&workers[i].finished) != number)	/* [B] */
			sched_yield();
		pairs += workers[i].pairs;
		handed += workers[i].handed;
		if (workers[i].pairs < least)
			least = workers[i].pairs;
	}
	c.pairs_per_us = pairs / (now_us() - began);
	while (is_one_way(r) && r->get(r->object))
		;			/* what was given and not got */
	if (pairs && !is_one_way(r)) {
		c.least_share = (double)alive * least / pairs;
		c.handed = (double)handed / pairs;
	}
	return c;
}

/* The first n processors that this program may use; false: fewer. */
static bool find_processors(unsigned n)
{
	unsigned found = 0;
	cpu_set_t mine;

	sched_getaffinity(0, sizeof(mine), &mine);
	for (int i = 0; i < CPU_SETSIZE && found < n; i++)
		if (CPU_ISSET(i, &mine))
			workers[found++].processor = i;
	return found == n;
}

bool contend(const struct row_table *t, unsigned n,
	     struct contest results[][CONTENDED])
{
	uint32_t number = 0;

	if (!find_processors(n))
		return false;
	alive = n;
	shared = t->shared;
	store_relaxed(&turn, 0);	/* relaxed: before the threads exist */
	for (unsigned i = 0; i < n; i++) {
		workers[i].number = i;
		store_relaxed(&workers[i].finished, 0);	/* relaxed: as above */
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			abort();
	}
	for (unsigned round = 0; round < CONTENDED; round++)
		for (unsigned i = 0; i < t->count; i++)
			if (n == 1 || !t->rows[i].alone)
				results[i][round] = play_round(&t->rows[i],
							       ++number);
	row = NULL;
	store_release(&turn, ++number);		/* [A] */
	for (unsigned i = 0; i < n; i++)
		pthread_join(workers[i].thread, NULL);
	return true;
}
