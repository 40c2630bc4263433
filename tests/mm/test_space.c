/*
 * tests/mm/test_space.c - mm/space.h: all or nothing, and no frame lost.
 */
#include "mm/frame.h"
#include "mm/frame_cache.h"
#include "mm/frame_map.h"
#include "mm/slab.h"
#include "mm/space.h"
#include "mm/vmap.h"
#include "kernel/config.h"
#include "kernel/errno.h"
#include "kernel/test.h"

#define PAGES	20

static bool is_mapped(uintptr_t va)
{
	uint64_t pa;
	unsigned prot;

	return paging_lookup(kernel_space.root, va, &pa, &prot);
}

static unsigned count_mapped(uintptr_t va, unsigned pages)
{
	unsigned n = 0;

	for (unsigned i = 0; i < pages; i++)
		n += is_mapped(va + i * PAGE_SIZE);
	return n;
}

static uint64_t all_free(void)
{
	struct frame_stats s;

	slab_reap();
	frame_caches_drain();
	frame_statistics(&s);
	return s.free;
}

TEST("mm/space", test_space_map_is_all_or_nothing)
{
	uintptr_t va = vmap_reserve(PAGES);
	uint64_t pa = frame_alloc(0);

	if (!check(t, va && pa))
		return;
	/* a page in the middle is taken */
	check(t, !space_map(&kernel_space, va + 7 * PAGE_SIZE, pa, 1, 0));
	check(t, space_map(&kernel_space, va, pa, PAGES, 0) == -EEXIST);
	check(t, count_mapped(va, PAGES) == 1);
	check(t, space_alloc(&kernel_space, va, PAGES, PROT_W) == -EEXIST);
	check(t, count_mapped(va, PAGES) == 1);
	space_unmap(&kernel_space, va, PAGES);
	check(t, count_mapped(va, PAGES) == 0);
	vmap_release(va);
	frame_free(pa, 0);
}

TEST("mm/space", test_space_alloc_loses_no_frame)
{
	uintptr_t va = vmap_reserve(PAGES);
	uint64_t free;

	if (!check(t, va))
		return;
	/* once before, so that the tables are there */
	check(t, !space_alloc(&kernel_space, va, PAGES, PROT_W));
	space_free(&kernel_space, va, PAGES);
	free = all_free();
	check(t, !space_alloc(&kernel_space, va, PAGES, PROT_W));
	check(t, count_mapped(va, PAGES) == PAGES);
	check(t, all_free() + PAGES <= free + 4);
	space_free(&kernel_space, va, PAGES);
	check(t, count_mapped(va, PAGES) == 0);
	check(t, all_free() + 4 >= free);
	vmap_release(va);
}

TEST("mm/space", test_vmap_loses_no_frame)
{
	uint64_t free;

	vmap_free(vmap_alloc(PAGES));	/* the tables are there from now on */
	free = all_free();
	for (unsigned i = 0; i < 20; i++)
		vmap_free(vmap_alloc(PAGES));
	check(t, all_free() + PAGES >= free);
}

TEST("mm/space", test_space_alloc_without_memory_leaves_nothing)
{
	uintptr_t va = vmap_reserve(PAGES);
	struct frame_list all = { 0 };
	uint64_t pa;

	if (!check(t, va))
		return;
	while ((pa = frame_alloc(0)))
		frame_list_push(&all, pa);
	/* half of what is wanted */
	for (unsigned i = 0; i < PAGES / 2; i++) {
		struct frame_list one = { all.first };

		all.first = frame_at(one.first)->link;
		frame_at(one.first)->link = 0;
		frame_list_free(&one);
	}
	check(t, space_alloc(&kernel_space, va, PAGES, PROT_W) == -ENOMEM);
	check(t, vmap_alloc(PAGES) == NULL);
	check(t, count_mapped(va, PAGES) == 0);
	frame_list_free(&all);
	vmap_release(va);
}
