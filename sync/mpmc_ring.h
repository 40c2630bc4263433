/*
 * sync/mpmc_ring.h - a ring for many who put and many who take: Vyukov's.
 *
 * Guarantees  First in, first out, and linearizable.
 *             What was written before a put, who takes the value sees.
 *             -ENOSPC and -ENOENT are exact: full, or empty, at some moment of
 *             the call.
 * Context     Any, NMI included.
 * Cost        Three lines, and 16 bytes a place.  Put and take: one locked
 *             instruction each, if nobody else wants the same place.
 * Limits      Not lock-free: a CPU that stands still between drawing a place
 *             and filling it stops takers when they get there, and putters a
 *             lap later.  They get -EAGAIN, and do not wait in here.
 * See         docs/76-rings.md, tests/sync/test_mpmc_ring.c
 */
#pragma once

#include "arch/atomic.h"

struct mpmc_place {
	struct atomic64 turn;	/* whose it is: see mpmc_ring.c */
	void *value;
};

struct mpmc_ring {
	struct atomic64 puts aligned_to(CACHE_LINE);
	struct atomic64 takes aligned_to(CACHE_LINE);
	struct mpmc_place *place aligned_to(CACHE_LINE);
	uint64_t places;
};

/* places: a power of two, at least 2 */
void mpmc_ring_init(struct mpmc_ring *r, struct mpmc_place *place,
		    uint64_t places);

/* 0; -ENOSPC: full; -EAGAIN: somebody is in the middle of taking. */
int mpmc_ring_put(struct mpmc_ring *r, void *value) must_check;

/* 0; -ENOENT: empty; -EAGAIN: somebody is in the middle of putting. */
int mpmc_ring_take(struct mpmc_ring *r, void **value) must_check;
