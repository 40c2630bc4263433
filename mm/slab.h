/*
 * mm/slab.h - the kernel's heap: objects by size, and typed caches.
 *
 * Guarantees  kmalloc(size) is size bytes, undefined, aligned to 16 and to a
 *             cache line when size is a multiple of one; NULL when memory is
 *             exhausted or size is above KMALLOC_MAX.  kzalloc() is zeroed.
 *             kfree(NULL) does nothing; kfree() also takes what cache_alloc()
 *             gave.  cache_create() is NULL when there are CACHES_MAX.
 *             Each of these ends in a panic that names the cache, the object,
 *             where it was allocated and where it was freed: freeing twice,
 *             freeing what is no object, a write past the end (found when the
 *             object is freed), a write after the free (found when the memory
 *             is handed out again).
 * Context     Thread or interrupt, any CPU, not NMI; never sleeps.
 * Cost        Usually no locked instruction.  24 bytes an object beside its
 *             own, and alignment; 64 bytes: 147 objects in 5 frames of 4 KB.
 * Limits      Memory is poisoned from its first free on, so reading a fresh
 *             object uninitialised goes unnoticed.  A write beyond the 8 bytes
 *             after the end may hit another object unseen.  Magazines of other
 *             CPUs are not given back when memory is short.
 * See         docs/02-memory.md, tests/mm/test_slab.c, kernel/mem.h
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/compiler.h"

#define KMALLOC_MAX	((4UL << 20) - 24)
#define CACHES_MAX	64

struct cache;

/* Once, after frames_init() and before any of the others. */
void slab_init(void);

void *kmalloc(size_t size) must_check;
void *kzalloc(size_t size) must_check;
void kfree(void *object);

/* name is kept, not copied; align a power of two up to PAGE_SIZE, or 0: 16 */
struct cache *cache_create(const char *name, size_t size, size_t align)
	must_check;
void *cache_alloc(struct cache *c) must_check;
void cache_free(struct cache *c, void *object);

/* Give what the depots and empty slabs hold back to the frames; any? */
bool slab_reap(void);

/* The same for the magazines of the CPU that the caller runs on. */
void slab_drain_cpu(void);

struct cache_stats {
	const char *name;
	size_t size;		/* of an object */
	size_t slot;		/* that it takes with its checks */
	uint64_t slabs;
	uint64_t frames;
	uint64_t objects;	/* that these slabs can hold */
	uint64_t live;		/* handed out just now */
};

/* The i-th cache; false: there are fewer. */
bool cache_statistics(unsigned i, struct cache_stats *out);
