/*
 * mm/buddy.h - the shared store of free blocks.
 *
 * Guarantees  Block n of order o starts at a multiple of 2^o.  Two free buddies
 *             never stay apart.  What buddy_alloc() returns has the state
 *             (USED, order); buddy_free() takes a block whose state the caller
 *             has already claimed from USED.
 * Context     Thread or interrupt, not NMI.
 * Cost        One lock a zone, O(orders).
 * Limits      No order above FRAME_ORDERS - 1.
 * See         mm/frame.h, its only public face
 */
#pragma once

#include <stdint.h>

#include "mm/frame.h"

#define LOW_FRAMES	(0x100000 / PAGE_SIZE)

enum buddy_zone { ZONE_LOW, ZONE_NORMAL, ZONES };

uint32_t buddy_alloc(enum buddy_zone zone, unsigned order) must_check;
void buddy_free(uint32_t n, unsigned order);

/* The same for up to count blocks of order 0 under one lock; how many. */
unsigned buddy_alloc_some(uint32_t *frames, unsigned count) must_check;
void buddy_free_some(const uint32_t *frames, unsigned count);

/* At boot: n was never ours before. */
void buddy_add(uint32_t n, unsigned order);

void buddy_statistics(struct frame_stats *out);
