/*
 * sync/container_ops.h - one face for stacks, queues and rings.
 *
 * Guarantees  container_table[] has each of them once; tests, demos and
 *             benchmarks run over it, and a new one is one line there.
 *             put() and take() are linearizable where they answer 0, -ENOSPC
 *             or -ENOENT.  -EAGAIN: somebody is in the middle, nothing was
 *             done; only what has CONTAINER_WAITS answers so.  take() writes
 *             *value only when it answers 0.
 *             A broken twin is a table of its own with these operations.
 * Context     init() and destroy() while nobody else is there.  `container`
 *             points at size bytes, zeroed, aligned to a cache line; `self` at
 *             CONTAINER_SELF bytes likewise, one for each participant, valid
 *             between join() and leave().
 *             put() and take() as the container itself, and where memory's
 *             functions may run.
 * Limits      Values are not NULL.
 * See         docs/73-treiber-stack.md, tests/sync/test_container_ops.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/compiler.h"

#define CONTAINER_LIFO		1	/* else first in, first out */
#define CONTAINER_ONE_PUTS	2	/* a single participant may put */
#define CONTAINER_ONE_TAKES	4
#define CONTAINER_WAITS		8	/* not lock-free: -EAGAIN */
#define CONTAINER_BOUNDED	16	/* holds `capacity`, no more */

/* room that every container of the table, and every self, fits into */
#define CONTAINER_SIZE_MAX	1024
#define CONTAINER_SELF		64

/* where nodes come from: mem_alloc and mem_free, or a test's own */
struct container_memory {
	void *(*alloc)(size_t size);
	void (*free)(void *object);
};

struct container_ops {
	const char *name;
	size_t size;
	unsigned flags;
	int (*init)(void *container, const struct container_memory *memory,
		    unsigned capacity);		/* a power of two */
	void (*destroy)(void *container);	/* with all that is in it */
	int (*join)(void *container, void *self);
	void (*leave)(void *container, void *self);
	int (*put)(void *container, void *self, void *value);
	int (*take)(void *container, void *self, void **value);
};

extern const struct container_ops *const container_table[];
extern const unsigned container_count;

/* of the table; a twin changes one operation of a copy */
extern const struct container_ops spsc_ring_ops, mpmc_ring_ops;
