/*
 * tests/bench-host/row.h - what `make bench-host` measures.
 *
 * Guarantees  Every row is called in the same way: lock(object, node), then
 *             unlock(key, node), through pointers to functions that are not
 *             inlined.  Rows of equal `group` promise the same.
 *             count_row() executes one pair under a single-stepping parent, so
 *             its counts are exact and repeat.
 * Context     One thread.
 * See         docs/16-locks-compared.md, tests/host/test_bench_host.py
 */
#pragma once

#include <stdbool.h>

struct row {
	const char *name;
	const char *group;
	bool ours;
	unsigned limit;			/* instructions of a pair; 0: none */
	void (*lock)(void *object, void *node);
	void (*unlock)(void *key, void *node);
	void *object;
	void *node;		/* the caller's; CLH's changes with each pair */
	void *key;		/* the object, or where a changing node stands */
};

struct counts {
	unsigned instructions;		/* of a pair, without call and ret */
	unsigned locked;
};

void rows_init(void);			/* the objects that need it */
extern struct row rows[];
extern const unsigned row_count;

/* Another thread that sleeps: libc skips its locks' work when there is none. */
void start_bystander(void);

struct counts count_row(const struct row *r);
