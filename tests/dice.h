/*
 * tests/dice.h - random numbers that a seed gives back.
 *
 * Guarantees  roll(&d) is the next 32 bits of a sequence that the first value
 *             of d alone decides (SplitMix64); one_in(&d, n) is true once in n.
 *             A member of a crew draws from a die of its own, whose seed the
 *             test drew with test_random().
 * Context     Any.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

static inline uint32_t roll(struct dice *d)
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	return (z ^ z >> 27) >> 32;
}

static inline bool one_in(struct dice *d, uint32_t n)
{
	return roll(d) % n == 0;
}
