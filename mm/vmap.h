/*
 * mm/vmap.h - kernel addresses that are mapped page by page.
 *
 * Guarantees  vmap_alloc(pages) is that many pages of undefined memory, read
 *             and write, contiguous in address only, or NULL when memory or
 *             addresses run out.  mmio_map() is the device memory at pa,
 *             uncached (mmio_map_as(): with these PROT_* bits); NULL likewise.
 *             An unmapped page follows each, so that an overrun faults.
 *             vmap_free() and mmio_unmap() return when no CPU can use the old
 *             translations; only then may the addresses be handed out again.
 *             They panic, naming their caller, at what was not handed out; NULL
 *             does nothing.
 *             vmap_reserve() hands out addresses alone; vmap_release() takes
 *             them back when nothing is mapped there and no CPU remembers.
 * Context     Thread or interrupt, not NMI; the freeing ones hold no lock, see
 *             mm/tlb.h.
 * Cost        O(1) for addresses, mostly; then mm/space.h's a page.
 * See         mm/vmap.c, docs/02-memory.md, tests/mm/test_vmap.c
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/compiler.h"

void *vmap_alloc(size_t pages) must_check;
void vmap_free(void *p);

void *mmio_map(uint64_t pa, size_t size) must_check;
void *mmio_map_as(uint64_t pa, size_t size, unsigned prot) must_check;
void mmio_unmap(void *p);

uintptr_t vmap_reserve(size_t pages) must_check;	/* 0: none left */
void vmap_release(uintptr_t va);

struct vmap_stats {
	uint64_t ranges;	/* handed out */
	uint64_t pages;		/* that these span, without guard pages */
	uint64_t free_ranges;
};

void vmap_statistics(struct vmap_stats *out);
