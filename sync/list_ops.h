/*
 * sync/list_ops.h - one face for the lists that are sets of keys.
 *
 * Guarantees  list_table[] has each of them once; tests, demos and benchmarks
 *             run over it, and a new one is one line there.
 *             init() and join() answer 0 or -ENOMEM; insert() -EEXIST, too;
 *             remove() and contains() whether the key was there.
 *             A broken twin is a table of its own with these operations.
 * Context     init() and destroy() while nobody else is there; destroy() where
 *             might_sleep() allows, since it may wait for readers that are
 *             gone.  `list` points at size bytes, zeroed, aligned to a cache
 *             line; `self` at LIST_SELF bytes, one for each participant, valid
 *             between join() and leave().
 * See         docs/77-harris-michael-list.md, tests/sync/test_list_ops.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/container_ops.h"

#define LIST_SIZE_MAX	256
#define LIST_SELF	64

struct list_ops {
	const char *name;
	size_t size;
	int (*init)(void *list, const struct container_memory *memory);
	void (*destroy)(void *list);
	int (*join)(void *list, void *self);
	void (*leave)(void *list, void *self);
	int (*insert)(void *list, void *self, uint64_t key);
	bool (*remove)(void *list, void *self, uint64_t key);
	bool (*contains)(void *list, void *self, uint64_t key);
};

extern const struct list_ops *const list_table[];
extern const unsigned list_count;

/* where a participant has nothing of his own */
int list_join_nothing(void *list, void *self);
void list_leave_nothing(void *list, void *self);

/* of the table; a test changes one operation of a copy */
extern const struct list_ops rcu_hash_ops, valois_ops;
