/*
 * kernel/shell/ring.h - bytes that wait, and how many found no room.
 *
 * Guarantees  ring_take() returns the bytes in the order of ring_put().  A byte
 *             that finds RING_BYTES waiting is dropped and counted.
 * Context     One caller at a time: the owner's lock.
 * See         kernel/shell/input.c, tests/kernel/test_ring.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RING_BYTES	16384

struct ring {
	uint64_t in, out;	/* bytes ever put, ever taken */
	uint64_t dropped;
	uint8_t byte[RING_BYTES];
};

static inline uint64_t ring_room(const struct ring *r)
{
	return RING_BYTES - (r->in - r->out);
}

static inline void ring_put(struct ring *r, uint8_t byte)
{
	if (ring_room(r))
		r->byte[r->in++ % RING_BYTES] = byte;
	else
		r->dropped++;
}

/* False: nothing waits. */
static inline bool ring_take(struct ring *r, uint8_t *byte)
{
	if (r->in == r->out)
		return false;
	*byte = r->byte[r->out++ % RING_BYTES];
	return true;
}
