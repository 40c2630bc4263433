/*
 * sync/spsc_ring.h - a ring for one who puts and one who takes.
 *
 * Guarantees  First in, first out.  Neither ever waits for the other, and
 *             neither does anything twice: wait-free.
 *             What was written before a put, who takes the value sees; and a
 *             place is used again only after its value was read.
 *             Holds as many values as there are places.
 * Context     Any, NMI included; one putter and one taker at a time.
 * Cost        Two lines, and 8 bytes a place.  No locked instruction.  While
 *             there is room (or values), no miss either but the value's own:
 *             each side remembers what it last saw of the other.
 * See         docs/76-rings.md, tests/sync/test_spsc_ring.c; sync/mpmc_ring.h
 */
#pragma once

#include "arch/atomic.h"

struct spsc_ring {
	struct {
		struct atomic32 n;	/* ever put */
		uint32_t end;		/* ever taken, as last seen; + places */
	} put aligned_to(CACHE_LINE);	/* the putter's */
	struct {
		struct atomic32 n;	/* ever taken */
		uint32_t put;		/* at least; as last seen */
	} take aligned_to(CACHE_LINE);	/* the taker's */
	void **place aligned_to(CACHE_LINE);
	uint32_t mask;			/* places - 1 */
};

/* places: a power of two, at most 2^31 */
void spsc_ring_init(struct spsc_ring *r, void **place, uint32_t places);

/* False: full. */
bool spsc_ring_put(struct spsc_ring *r, void *value) must_check;

/* False: empty. */
bool spsc_ring_take(struct spsc_ring *r, void **value) must_check;
