/*
 * sync/mpmc_ring.c - draw a number, and each place knows whose turn it is.
 *
 *     turn of place k % places:
 *         k                may be filled by put number k
 *         k + 1            holds value k, for take number k
 *         k + places       may be filled by put number k + places: the next lap
 *
 * Invariant   Each number of puts, and of takes, is drawn once, by a cas, and
 *             only when the place's turn says so.  Who drew it owns the place
 *             until it stores the next turn.
 *             takes <= puts <= takes + places.
 * Ordering    [A] put's store of turn -> take's load: the value.
 *             [B] take's store of turn -> put's load: the value was read.
 *             [C] the cas of puts (takes) -> the load that decides "full" or
 *             "empty": who sees the number sees what came before it, and when
 *             the two counters say "empty" together, it is so at the moment of
 *             the second load: the other counter does not fall, and may not
 *             pass this one.
 * References  Vyukov, Bounded MPMC queue, 1024cores.net, 2010.  There, a place
 *             that is not ready means full or empty.  It may also mean that
 *             somebody is in the middle, and others, behind it, are done; then
 *             "empty" is not linearizable.  So we look at the other counter.
 */
#include "sync/mpmc_ring.h"

#include "kernel/assert.h"
#include "kernel/errno.h"

void mpmc_ring_init(struct mpmc_ring *r, struct mpmc_place *place,
		    uint64_t places)
{
	assert(places >= 2 && !(places & (places - 1)));
	/* relaxed: r is the caller's own until it is published */
	store_relaxed(&r->puts, 0);
	store_relaxed(&r->takes, 0);		/* relaxed: as above */
	for (uint64_t i = 0; i < places; i++)
		store_relaxed(&place[i].turn, i); /* relaxed: as above */
	r->place = place;
	r->places = places;
}

int mpmc_ring_put(struct mpmc_ring *r, void *value)
{
	uint64_t n = load_acquire(&r->puts);			/* [C] */

	/* ended by others standing still: each turn, one of them drew */
	for (;;) {
		struct mpmc_place *p = &r->place[n & (r->places - 1)];
		uint64_t turn = load_acquire(&p->turn);		/* [B] */

		if (turn == n) {
			if (!cas_acq_rel(&r->puts, &n, n + 1))	/* [C] */
				continue;
			p->value = value;
			store_release(&p->turn, n + 1);		/* [A] */
			return 0;
		}
		if ((int64_t)(turn - n) < 0) {
			uint64_t takes = load_acquire(&r->takes);  /* [C] */

			return takes + r->places == n ? -ENOSPC : -EAGAIN;
		}
		n = load_acquire(&r->puts);			/* [C] */
	}
}

int mpmc_ring_take(struct mpmc_ring *r, void **value)
{
	uint64_t n = load_acquire(&r->takes);			/* [C] */

	/* ended as in put */
	for (;;) {
		struct mpmc_place *p = &r->place[n & (r->places - 1)];
		uint64_t turn = load_acquire(&p->turn);		/* [A] */

		if (turn == n + 1) {
			if (!cas_acq_rel(&r->takes, &n, n + 1))	/* [C] */
				continue;
			*value = p->value;
			store_release(&p->turn, n + r->places);	/* [B] */
			return 0;
		}
		if ((int64_t)(turn - (n + 1)) < 0)
			return load_acquire(&r->puts) == n	/* [C] */
				? -ENOENT : -EAGAIN;
		n = load_acquire(&r->takes);			/* [C] */
	}
}
