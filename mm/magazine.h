/*
 * mm/magazine.h - each CPU's own objects, for mm/ only.
 *
 * Guarantees  magazine_reap() gives the depot and all empty slabs of c back,
 *             true if that was anything; magazine_drain() the magazines of this
 *             CPU.  magazine_held() counts the free objects in magazines.
 *             The fast paths stand in mm/object.h: while rounds > 0, the next
 *             object is loaded->round[--rounds]; while rounds < capacity, one
 *             more goes to loaded->round[rounds++].  Otherwise the slow paths
 *             here, which also restore the interrupt state `was`.
 * Context     Thread or interrupt, not NMI.
 * Cost        No lock and no locked instruction, but once in MAGAZINE_ROUNDS
 *             allocations or frees in a row.
 * See         mm/magazine.c
 */
#pragma once

#include "arch/percpu.h"
#include "mm/cache.h"

#define MAGAZINE_ROUNDS	15	/* makes a magazine two cache lines */

struct magazine {
	struct magazine *next;	/* in the depot */
	void *round[MAGAZINE_ROUNDS];
};

struct magazine_pair {
	struct magazine *loaded;
	struct atomic32 rounds;		/* in loaded; 0 without one */
	uint32_t capacity;		/* of loaded; 0 without one */
	struct magazine *previous;
	struct atomic32 previous_rounds;	/* 0 or MAGAZINE_ROUNDS */
};

struct magazine_pairs {
	struct magazine_pair of[CACHES_MAX];
};

PERCPU_DECLARE(struct magazine_pairs, magazine_pairs);

void magazines_init(void);
bool magazine_reap(struct cache *c);
void magazine_drain(struct cache *c);
uint64_t magazine_held(const struct cache *c);

/* Interrupts masked.  The object is checked already; to be checked, or NULL. */
void *magazine_alloc_slow(struct cache *c, uint64_t was) must_check;
void magazine_free_slow(struct cache *c, void *object, uint64_t was);

/* Interrupts masked. */
static always_inline struct magazine_pair *magazine_pair(const struct cache *c)
{
	return (struct magazine_pair *)
		((char *)this_cpu_ptr(&magazine_pairs) + c->pair);
}
