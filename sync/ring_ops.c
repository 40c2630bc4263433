/*
 * sync/ring_ops.c - the rings behind the face of sync/container_ops.h.
 *
 * Invariant   The ring is the first member, so that a twin finds it.
 * Ordering    None of its own: a value is handed over by the ring's edge.
 * References  sync/spsc_ring.c, sync/mpmc_ring.c.
 */
#include "sync/container_ops.h"

#include "kernel/errno.h"
#include "sync/mpmc_ring.h"
#include "sync/spsc_ring.h"

#define RING_MAX	32

struct any_spsc_ring {
	struct spsc_ring r;
	void *place[RING_MAX];
};

struct any_mpmc_ring {
	struct mpmc_ring r;
	struct mpmc_place place[RING_MAX];
};

static int any_spsc_ring_init(void *container,
			      const struct container_memory *memory,
			      unsigned capacity)
{
	struct any_spsc_ring *c = container;

	(void)memory;
	if (capacity > RING_MAX)
		return -E2BIG;
	spsc_ring_init(&c->r, c->place, capacity);
	return 0;
}

static int any_mpmc_ring_init(void *container,
			      const struct container_memory *memory,
			      unsigned capacity)
{
	struct any_mpmc_ring *c = container;

	(void)memory;
	if (capacity > RING_MAX)
		return -E2BIG;
	mpmc_ring_init(&c->r, c->place, capacity);
	return 0;
}

static int any_spsc_ring_put(void *container, void *self, void *value)
{
	struct any_spsc_ring *c = container;

	(void)self;
	return spsc_ring_put(&c->r, value) ? 0 : -ENOSPC;
}

static int any_spsc_ring_take(void *container, void *self, void **value)
{
	struct any_spsc_ring *c = container;

	(void)self;
	return spsc_ring_take(&c->r, value) ? 0 : -ENOENT;
}

static int any_mpmc_ring_put(void *container, void *self, void *value)
{
	struct any_mpmc_ring *c = container;

	(void)self;
	return mpmc_ring_put(&c->r, value);
}

static int any_mpmc_ring_take(void *container, void *self, void **value)
{
	struct any_mpmc_ring *c = container;

	(void)self;
	return mpmc_ring_take(&c->r, value);
}

static void destroy_nothing(void *container)
{
	(void)container;
}

static int join(void *container, void *self)
{
	(void)container;
	(void)self;
	return 0;
}

static void leave(void *container, void *self)
{
	(void)container;
	(void)self;
}

_Static_assert(sizeof(struct any_spsc_ring) <= CONTAINER_SIZE_MAX, "spsc");
_Static_assert(sizeof(struct any_mpmc_ring) <= CONTAINER_SIZE_MAX, "mpmc");

const struct container_ops spsc_ring_ops = {
	.name = "spsc ring", .size = sizeof(struct any_spsc_ring),
	.flags = CONTAINER_ONE_PUTS | CONTAINER_ONE_TAKES | CONTAINER_BOUNDED,
	.init = any_spsc_ring_init, .destroy = destroy_nothing,
	.join = join, .leave = leave,
	.put = any_spsc_ring_put, .take = any_spsc_ring_take,
};

const struct container_ops mpmc_ring_ops = {
	.name = "mpmc ring", .size = sizeof(struct any_mpmc_ring),
	.flags = CONTAINER_WAITS | CONTAINER_BOUNDED,
	.init = any_mpmc_ring_init, .destroy = destroy_nothing,
	.join = join, .leave = leave,
	.put = any_mpmc_ring_put, .take = any_mpmc_ring_take,
};
