/*
 * mm/frame.h - physical memory in frames of 4 KB.
 *
 * Guarantees  frame_alloc(order) is the physical address of 2^order contiguous
 *             free frames, aligned to their size, or 0.  It is 0 only when no
 *             such block is left after every CPU's cache and the slab caches'
 *             reserves have been given back.
 *             frame_free(pa, order) takes back exactly what was handed out:
 *             freeing twice, with another order, or something that is no frame
 *             of ours is a panic that names the address and both call sites.
 *             Frames below 1 MB come from frame_alloc_low() alone, 0 if none.
 *             Frame 0, the kernel and all that the loader placed are never
 *             handed out.  Contents are undefined.
 * Context     Thread or interrupt, not NMI; never sleeps.  frames_init() once,
 *             on one CPU; until frames_init_rest(), also once, frames come from
 *             the RAM below mapped_end alone.
 * Cost        24 bytes a frame.  Order 0: two locked instructions and no shared
 *             cache line; other orders: one lock, O(orders).
 * Limits      RAM above 64 GB is left alone.  The frame map spans holes, so it
 *             costs 0.6 % of the highest RAM address.
 * See         docs/02-memory.md, tests/mm/test_frame.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"
#include "kernel/config.h"

#define FRAME_ORDERS	11	/* blocks of 4 KB, 8 KB .. 4 MB */
#define FRAMES_LIMIT	(64UL << 30)	/* RAM above is ignored */

struct boot_info;

void frames_init(const struct boot_info *info, uint64_t kernel_start,
		 uint64_t kernel_end, uint64_t mapped_end);
void frames_init_rest(void);

uint64_t frame_alloc(unsigned order) must_check;
uint64_t frame_alloc_zeroed(void) must_check;	/* one frame */
uint64_t frame_alloc_low(void) must_check;	/* one frame below 1 MB */
void frame_free(uint64_t pa, unsigned order);

/*
 * What to do when memory is short: fn gives back what it can spare (true: it
 * gave something).  Called in the context of frame_alloc(), with whatever locks
 * its caller holds.
 */
void frame_on_shortage(bool (*fn)(void));

struct frame_stats {
	uint64_t managed;	/* frames handed to us at boot */
	uint64_t free;		/* of these, free; caches not included */
	uint64_t cached;	/* free, held by some CPU's cache */
	uint64_t low_free;	/* free below 1 MB, not in free */
	uint64_t map_bytes;	/* the frame map itself */
	uint64_t blocks[FRAME_ORDERS];	/* free blocks by order */
};

/* A snapshot, exact when nobody allocates meanwhile. */
void frame_statistics(struct frame_stats *out);
