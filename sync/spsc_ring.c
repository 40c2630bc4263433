/*
 * sync/spsc_ring.c - two counters, each written by one side.
 *
 * Invariant   take.n <= put.n <= take.n + places, modulo 2^32, where "ever
 *             taken" and "ever put" wrap together, as places divides 2^32.  So
 *             put.n - take.n is how many are inside, and full and empty differ
 *             without a place that stays unused.
 *             Value k is in place[k % places] from the store of put.n = k + 1
 *             to that of take.n = k + 1.
 * Ordering    [A] put's store of put.n -> take's load: the value.
 *             [B] take's store of take.n -> put's load: the value was read, and
 *             its place may be written.
 * References  Lamport, Proving the correctness of multiprocess programs, IEEE
 *             TSE 3(2), 1977; Giacomoni et al., FastForward, PPoPP 2008, for
 *             why each side should not look at the other's counter each time.
 */
#include "sync/spsc_ring.h"

#include "kernel/assert.h"

void spsc_ring_init(struct spsc_ring *r, void **place, uint32_t places)
{
	assert(places && !(places & (places - 1)));
	/* relaxed: r is the caller's own until it is published */
	store_relaxed(&r->put.n, 0);
	store_relaxed(&r->take.n, 0);		/* relaxed: as above */
	r->put.end = places;
	r->take.put = 0;
	r->place = place;
	r->mask = places - 1;
}

bool spsc_ring_put(struct spsc_ring *r, void *value)
{
	/* relaxed: we alone write it */
	uint32_t n = load_relaxed(&r->put.n);

	if (n == r->put.end) {
		r->put.end = load_acquire(&r->take.n);		/* [B] */
		r->put.end += r->mask + 1;
		if (n == r->put.end)
			return false;
	}
	r->place[n & r->mask] = value;
	store_release(&r->put.n, n + 1);			/* [A] */
	return true;
}

bool spsc_ring_take(struct spsc_ring *r, void **value)
{
	/* relaxed: we alone write it */
	uint32_t n = load_relaxed(&r->take.n);

	if (n == r->take.put) {
		r->take.put = load_acquire(&r->put.n);		/* [A] */
		if (n == r->take.put)
			return false;
	}
	*value = r->place[n & r->mask];
	store_release(&r->take.n, n + 1);			/* [B] */
	return true;
}
