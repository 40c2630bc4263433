/*
 * tests/kernel/test_ring.c - bytes that wait, in order, and those dropped.
 */
#include "kernel/shell/ring.h"

#include "kernel/test.h"

static struct ring ring;

static void empty(void)
{
	ring.in = ring.out = ring.dropped = 0;
}

TEST("kernel/ring", test_ring_keeps_the_order)
{
	uint8_t byte;

	empty();
	check(t, !ring_take(&ring, &byte));
	for (unsigned i = 0; i < 3 * RING_BYTES; i++) {
		ring_put(&ring, (uint8_t)i);
		ring_put(&ring, (uint8_t)(i + 1));
		check(t, ring_take(&ring, &byte) && byte == (uint8_t)i);
		check(t, ring_take(&ring, &byte) && byte == (uint8_t)(i + 1));
	}
	check(t, !ring_take(&ring, &byte) && ring.dropped == 0);
}

TEST("kernel/ring", test_ring_counts_what_it_drops)
{
	uint8_t byte = 0;

	empty();
	for (unsigned i = 0; i < RING_BYTES + 5; i++)
		ring_put(&ring, (uint8_t)(i * 7));
	check(t, ring.dropped == 5);
	for (unsigned i = 0; i < RING_BYTES; i++)
		check(t, ring_take(&ring, &byte) && byte == (uint8_t)(i * 7));
	check(t, !ring_take(&ring, &byte));
}

TEST("kernel/ring", test_ring_holds_a_10_kb_paste)
{
	check(t, RING_BYTES >= 10 * 1024);
}
