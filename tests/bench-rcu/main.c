/*
 * tests/bench-rcu/main.c - one table: our RCU beside liburcu's flavours.
 *
 * Each figure is the median of rounds in which all flavours take turns, with
 * the spread from the tenth to the ninetieth percentile.  Nothing here gates:
 * durations are published and compared.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench-rcu/flavour.h"

#define ROUNDS	31
#define READS	1000000
#define SYNCS	200

static const struct flavour *const flavours[] = {
	&flavour_ours, &flavour_qsbr, &flavour_memb, &flavour_mb, &flavour_bp,
};
#define FLAVOURS	(sizeof(flavours) / sizeof(flavours[0]))

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static double reads(const struct flavour *f)
{
	double began = now_ns();

	f->read(READS);
	return (now_ns() - began) / READS;
}

static double syncs(const struct flavour *f)
{
	double began = now_ns();

	for (unsigned i = 0; i < SYNCS; i++)
		f->synchronize();
	return (now_ns() - began) / SYNCS;
}

static atomic_int stop, ready;

static void *read_all_the_time(void *arg)
{
	const struct flavour *f = arg;

	f->enter();
	atomic_store(&ready, 1);
	while (!atomic_load(&stop)) {
		f->read(100);
		f->report();
	}
	f->leave();
	return NULL;
}

static double syncs_beside_a_reader(const struct flavour *f)
{
	pthread_t reader;
	double ns;

	atomic_store(&stop, 0);
	atomic_store(&ready, 0);
	if (pthread_create(&reader, NULL, read_all_the_time, (void *)f))
		exit(2);
	while (!atomic_load(&ready))
		;
	ns = syncs(f);
	atomic_store(&stop, 1);
	/* who waits must not hold the reader's own grace period up */
	f->leave();
	pthread_join(reader, NULL);
	f->enter();
	return ns;
}

static double enqueue(const struct flavour *f)
{
	double began = now_ns(), ns;

	f->call_many(CALLS);
	ns = (now_ns() - began) / CALLS;
	f->barrier();
	return ns;
}

static double end_to_end(const struct flavour *f)
{
	double began = now_ns();

	f->call_many(CALLS);
	f->barrier();
	if (f->done() != CALLS)
		exit(3);
	return (now_ns() - began) / CALLS;
}

static double barrier(const struct flavour *f)
{
	double began;

	f->call_many(1);
	began = now_ns();
	f->barrier();
	return now_ns() - began;
}

#define LOOKS	200000

static double looks(const struct flavour *f)
{
	double began = now_ns();

	if (f->look(LOOKS) != LOOKS)
		exit(3);
	return (now_ns() - began) / LOOKS;
}

static void fill_all(unsigned nodes)
{
	for (unsigned i = 0; i < FLAVOURS; i++) {
		flavours[i]->enter();
		flavours[i]->fill(nodes);
		flavours[i]->leave();
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const char *what, double (*fn)(const struct flavour *))
{
	static double ns[FLAVOURS][ROUNDS];

	for (unsigned r = 0; r < ROUNDS; r++)
		for (unsigned i = 0; i < FLAVOURS; i++) {
			flavours[i]->enter();
			ns[i][r] = fn(flavours[i]);
			flavours[i]->leave();
		}
	printf("%s, ns\n", what);
	for (unsigned i = 0; i < FLAVOURS; i++) {
		qsort(ns[i], ROUNDS, sizeof(ns[i][0]), by_value);
		printf("  %-14s %-9s %11.1f   %11.1f .. %.1f\n",
		       flavours[i]->name, flavours[i]->group,
		       ns[i][ROUNDS / 2], ns[i][ROUNDS / 10],
		       ns[i][ROUNDS - 1 - ROUNDS / 10]);
	}
	fflush(stdout);
}

int main(void)
{
	measure("a reader", reads);
	measure("synchronize, nobody reads", syncs);
	measure("synchronize, one reads all the time", syncs_beside_a_reader);
	measure("call_rcu", enqueue);
	measure("a callback, from call_rcu to its end", end_to_end);
	measure("barrier behind one callback", barrier);
	fill_all(1024);
	measure("a search in a hash table of 1024", looks);
	fill_all(NODES);
	measure("a search in a hash table of 65536", looks);
	return 0;
}
