/*
 * sync/refcount.c - add, look at what was there, and pull back from the edge.
 *
 *     0              1 .. REFCOUNT_MAX        REFCOUNT_MAX + 1 .. 2^32 - 1
 *     dead           so many references       saturated, about the middle
 *
 * Invariant   Who adds or subtracts and finds that the count was dead, or was
 *             or becomes saturated, stores REFCOUNT_SATURATED.  Between such an
 *             add and this store others may add or subtract, too: the middle
 *             is 2^30 from either end, so they do not reach one.
 *             From dead only a misuse leads away; inc_not_zero() never does.
 * Ordering    [A] the release in each dec_and_test -> the acquire of the last:
 *             all uses of the object are over before it is freed.  The other
 *             decrements in between are read-modify-writes, so they keep each
 *             release's sequence.
 *             Raising orders nothing: who raises has a reference, or found the
 *             object by something that orders.
 * References  Linux, lib/refcount.c and include/linux/refcount.h, for the
 *             middle.
 */
#include "sync/refcount.h"

static bool is_saturated(uint32_t n)
{
	return n > REFCOUNT_MAX;
}

static void saturate(struct refcount *r)
{
	/* relaxed: nobody frees after it, so it has nothing to order */
	store_relaxed(&r->n, REFCOUNT_SATURATED);
}

void refcount_init(struct refcount *r, uint32_t n)
{
	/* relaxed: r is the caller's own until it is published */
	store_relaxed(&r->n, n);
}

void refcount_inc(struct refcount *r)
{
	/* relaxed: we have a reference already */
	uint32_t was = fetch_add_relaxed(&r->n, 1);

	if (unlikely(was == 0 || is_saturated(was + 1)))
		saturate(r);
}

bool refcount_inc_not_zero(struct refcount *r)
{
	/* relaxed: a guess that the cas judges */
	uint32_t was = load_relaxed(&r->n);

	do {
		if (was == 0)
			return false;
		if (unlikely(is_saturated(was + 1))) {
			saturate(r);
			return true;
		}
		/* relaxed: by what the object was found, orders */
	} while (!cas_relaxed(&r->n, &was, was + 1)); /* relaxed: above */
	return true;
}

bool refcount_dec_and_test(struct refcount *r)
{
	uint32_t was = fetch_add_release(&r->n, -1);	/* [A] */

	if (was == 1) {
		/* the load half of [A]: one of the last, not of each */
		(void)load_acquire(&r->n);		/* [A] */
		return true;
	}
	if (unlikely(was == 0 || is_saturated(was)))
		saturate(r);
	return false;
}

uint32_t refcount_read(const struct refcount *r)
{
	return load_relaxed(&r->n);	/* relaxed: a hint */
}

bool refcount_is_saturated(const struct refcount *r)
{
	return is_saturated(refcount_read(r));
}

const struct refcount_ops refcount_ops = {
	.name = "refcount", .inc = refcount_inc,
	.inc_not_zero = refcount_inc_not_zero,
	.dec_and_test = refcount_dec_and_test,
};
