/*
 * mm/frame_map.h - one struct per frame: what it is, for mm/ only.
 *
 * Guarantees  frame_find(pa) is the entry of any address, or NULL beyond the
 *             map, so that a wild address is refused in O(1).
 * Context     Any.
 * Cost        24 bytes a frame.
 * See         mm/buddy.c for who may change what
 */
#pragma once

#include <stdbool.h>

#include "arch/atomic.h"
#include "mm/frame.h"

enum frame_kind {
	FRAME_NONE,	/* no RAM, reserved, or not the first of its block */
	FRAME_FREE,	/* first of a block in the buddy lists */
	FRAME_CACHED,	/* free, on its way into or in a CPU's cache */
	FRAME_USED,	/* first of a block that was handed out */
	FRAME_SLAB,	/* part of a slab, which is a whole block */
	FRAME_LARGE,	/* first of a block that kmalloc handed out whole */
};

struct cache;

struct frame {
	struct atomic32 state;	/* FRAME_STATE(kind, order) */
	uint32_t alloc_site;	/* the last frame_alloc() of this block */
	uint32_t free_site;	/* the last frame_free() of this block */
	union {
		struct cache *cache;	/* SLAB: whose objects lie here */
		struct {	/* FREE: list neighbours, by zone's lock */
			uint32_t next, prev;
		};
		uint32_t link;	/* USED: its owner's, for frame lists */
	};
};

#define FRAME_STATE(kind, order)	((uint32_t)(kind) | (order) << 8)

static inline enum frame_kind frame_state_kind(uint32_t state)
{
	return (enum frame_kind)(state & 0xff);
}

static inline unsigned frame_state_order(uint32_t state)
{
	return state >> 8;
}

/* Fixed once frames_init() has run. */
extern struct frame *frame_map;
extern uint32_t frame_map_top;	/* entries */

static inline struct frame *frame_at(uint32_t n)
{
	return &frame_map[n];
}

static inline struct frame *frame_find(uint64_t pa)
{
	return pa / PAGE_SIZE < frame_map_top ? &frame_map[pa / PAGE_SIZE]
					       : NULL;
}

/* frame_free() on behalf of who stands at site. */
void frame_free_at(uint64_t pa, unsigned order, uint32_t site);

/* The entry of the block, free or used, that holds frame n; NULL: none. */
struct frame *frame_block(uint32_t n);

/* Frames linked through link; an order-0 frame is in one list at most. */
struct frame_list {
	uint32_t first;		/* 0: empty */
};

void frame_list_push(struct frame_list *l, uint64_t pa);
void frame_list_free(struct frame_list *l);	/* frame_free() each */
