/*
 * tests/bench-host/row.h - what `make bench-host` measures.
 *
 * Guarantees  Every row is called in the same way: token = lock(object, node),
 *             then unlock(key, token), through pointers to functions that are
 *             not inlined.  Rows of equal `group` promise the same.
 *             count_row() executes one pair under a single-stepping parent, so
 *             its counts are exact and repeat.
 *             contend() lets one or two threads call the pairs of all rows, by
 *             turns, and keeps what each round gave.
 * Context     One thread, but for contend()'s own.
 * See         docs/16-locks-compared.md, tests/host/test_bench_host.py
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

#define THREADS		2
#define CONTENDED	31	/* rounds */

enum token {
	TOKEN_NODE,		/* unlock(object, node) */
	TOKEN_RESULT,		/* unlock(object, what lock() returned) */
	TOKEN_MOVES,		/* unlock(object, &node): it is another then */
	TOKEN_OF_NODE,		/* unlock(node) */
};

struct row {
	const char *name;
	const char *group;
	bool ours;
	unsigned limit;		/* instructions of a pair; 0: none */
	const char *why;	/* it may be behind its peers: alone */
	const char *why_two;	/* or with two threads */
	enum token token;
	void *(*lock)(void *object, void *node);
	void (*unlock)(void *key, void *token);
	void *object;
	void *node[THREADS];	/* the caller's */
	/* two threads: one gives, the other gets, if they can; or */
	bool (*give)(void *object);
	bool (*get)(void *object);
	bool alone;		/* it is not for two threads */
};

struct counts {
	unsigned instructions;		/* of a pair, without call and ret */
	unsigned locked;
};

/* A table of rows: rows.c, rows_read.c, rows_pass.c, rows_find.c. */
struct row_table {
	const char *title;
	struct row *rows;
	unsigned count;
	bool shared;		/* a pair lets others in: no hand-overs */
	void (*init)(void);
};

extern const struct row_table excluding, reading, passing, finding;

/* Ours and peers' are declared with functions of their own arguments. */
#define AS_LOCK(f)	((void *(*)(void *, void *))(void *)(f))
#define AS_UNLOCK(f)	((void (*)(void *, void *))(void *)(f))
#define OURS(name_, group_, limit_, lock_, unlock_, object_, ...) { \
	.name = name_, .group = group_, .ours = true, .limit = limit_, \
	.lock = AS_LOCK(lock_), .unlock = AS_UNLOCK(unlock_), \
	.object = (void *)(object_), ##__VA_ARGS__ }
#define THEIRS(name_, group_, lock_, unlock_, object_, ...) { \
	.name = name_, .group = group_, \
	.lock = AS_LOCK(lock_), .unlock = AS_UNLOCK(unlock_), \
	.object = (void *)(object_), ##__VA_ARGS__ }
#define NODES(n)	.node = { &(n)[0], &(n)[1] }

/* A peer's macro or inline function, behind a call as ours are. */
#define PEER(name, call) \
static never_inline void name(void *object, void *node) \
{ \
	(void)object; \
	(void)node; \
	call; \
}

static always_inline void *row_lock(struct row *r, unsigned thread)
{
	return r->lock(r->object, r->node[thread]);
}

static always_inline void row_unlock(struct row *r, unsigned thread, void *token)
{
	void *key = r->object;

	if (r->token != TOKEN_RESULT)
		token = r->node[thread];
	if (r->token == TOKEN_MOVES)
		token = &r->node[thread];
	if (r->token == TOKEN_OF_NODE)
		key = r->node[thread];
	r->unlock(key, token);
}

/* Each thread, before its first pair: thread_self() is somebody. */
void park_this_thread(void);

/* Another thread that sleeps: libc skips its locks' work when there is none. */
void start_bystander(void);

struct counts count_row(struct row *r);

/* One round of one row by n threads. */
struct contest {
	double pairs_per_us;		/* of all threads; or what was got */
	double least_share;		/* of n times the least thread's pairs */
	double handed;			/* pairs after another thread's */
};

/* results[row][round]; false: this host has fewer than n processors. */
bool contend(const struct row_table *t, unsigned n,
	     struct contest results[][CONTENDED]);
