/*
 * tests/hosted/test_mm_edges.c - the ends of mm/'s tables and lists: what is
 * full, what is used again, and what an error gives back.
 *
 * Here and not in the kernel, since nobody else may take memory meanwhile.
 * Each case stands for a mutant of docs/54-mutants.md.
 */
#include <string.h>

#include "kernel/test.h"
#include "mm/cache.h"
#include "mm/frame_cache.h"
#include "mm/object.h"
#include "mm/space.h"
#include "mm/stack.h"
#include "mm/vmap.h"
#include "tests/hosted/mm_world.h"

#define MANY	200

static void *objects[MANY];

static uint64_t frames_free(void)
{
	struct frame_stats s;

	slab_drain_cpu();
	slab_reap();
	frame_caches_drain();
	frame_statistics(&s);
	return s.free + s.cached;
}

static struct cache_stats stats_of(const char *name)
{
	struct cache_stats s = { 0 };

	for (unsigned i = 0; cache_statistics(i, &s); i++)
		if (strcmp(s.name, name) == 0)
			break;
	return s;
}

TEST("mm/edges", test_slab_once_full_is_used_again)
{
	static struct cache c;
	unsigned n = 0;

	cache_setup(&c, "edges", 200, 16);
	do
		if (!check(t, slab_take(&c, &objects[n], 1) == 1))
			return;
	while (++n < c.per_slab);
	check(t, c.nr_slabs == 1);
	slab_give(&c, &objects[3], 1);
	check(t, slab_take(&c, &objects[3], 1) == 1);
	check(t, c.nr_slabs == 1);
	slab_give(&c, objects, n);
	slab_trim(&c, 0);
	check(t, c.nr_slabs == 0 && c.nr_empty == 0 && c.taken == 0);
}

static enum frame_kind kind_at(uint64_t pa)
{
	return frame_state_kind(load_relaxed(&frame_find(pa)->state));
}

TEST("mm/edges", test_slab_that_is_gone_leaves_no_mark)
{
	static struct cache c;
	uint64_t pa;

	cache_setup(&c, "edges", 1500, 16);
	check(t, c.order > 0);
	if (!check(t, slab_take(&c, objects, 1) == 1))
		return;
	pa = direct_to_phys(slab_of(&c, objects[0]));
	for (unsigned i = 0; i < 1u << c.order; i++)
		check(t, kind_at(pa + i * PAGE_SIZE) == FRAME_SLAB);
	slab_give(&c, objects, 1);
	slab_trim(&c, 0);
	for (unsigned i = 0; i < 1u << c.order; i++)
		check(t, kind_at(pa + i * PAGE_SIZE) != FRAME_SLAB);
}

TEST("mm/edges", test_magazines_give_all_back)
{
	struct cache *c = cache_create("edges", 72, 16);
	unsigned before, n = 0;

	if (!check(t, c))
		return;
	frames_free();
	before = stats_of("magazine").live;
	/* into the depot, out of it, and a few left over */
	for (unsigned round = 0; round < 3; round++) {
		for (n = 0; n < MANY; n++)
			objects[n] = cache_alloc(c);
		while (n--)
			cache_free(c, objects[n]);
	}
	for (n = 0; n < 5; n++)
		objects[n] = cache_alloc(c);
	slab_drain_cpu();
	while (n--)
		cache_free(c, objects[n]);
	frames_free();
	check(t, stats_of("edges").live == 0);
	check(t, stats_of("edges").slabs == 0);
	check(t, stats_of("magazine").live == before);
}

TEST("mm/edges", test_caches_end_with_the_last)
{
	struct cache_stats s;

	for (unsigned i = 0; cache_statistics(i, &s); i++)
		check(t, s.name);
}

TEST("mm/edges", test_frame_zeroed_is_zero_to_its_end)
{
	uint64_t pa = frame_alloc(0);
	uint64_t *word = phys_to_virt(pa);

	if (!check(t, pa))
		return;
	memset(word, 0xff, PAGE_SIZE);
	frame_free(pa, 0);
	check(t, frame_alloc_zeroed() == pa);
	for (unsigned i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		check(t, word[i] == 0);
	frame_free(pa, 0);
}

/* of page 1 of 3 something else is mapped */
TEST("mm/edges", test_space_error_gives_all_back)
{
	uintptr_t va = vmap_reserve(3);
	uint64_t other = frame_alloc(0), before;

	check(t, !space_map(&kernel_space, va + PAGE_SIZE, other, 1, PROT_W));
	before = frames_free();
	check(t, space_alloc(&kernel_space, va, 3, PROT_W));
	check(t, frames_free() == before);
	check(t, !world_translate(va));
	check(t, world_translate(va + PAGE_SIZE) == other);
	space_unmap(&kernel_space, va + PAGE_SIZE, 1);
	vmap_release(va);
	/* and the range of an address is given back */
	va = vmap_reserve(2);
	vmap_release(va);
	check(t, !space_map(&kernel_space, va, other, 1, PROT_W));
	check(t, !vmap_alloc(2));
	check(t, vmap_reserve(2) == va);
	vmap_release(va);
	space_unmap(&kernel_space, va, 1);
	frame_free(other, 0);
}

TEST("mm/edges", test_stacks_are_used_again_and_never_twice)
{
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 80; i++) {
			objects[i] = stack_alloc();
			if (!check(t, objects[i]))
				return;
			for (unsigned k = 0; k < i; k++)
				check(t, objects[k] != objects[i]);
		}
		for (unsigned i = 0; i < 80; i++)
			stack_free(objects[i]);
	}
	check(t, stack_count() <= 8);
}

TEST("mm/edges", test_stack_that_cannot_be_mapped_keeps_no_slot)
{
	uint64_t before, other = frame_alloc(0);
	uintptr_t va;
	unsigned n = 0;

	for (; n < 8; n++)	/* none is left in the cache */
		objects[n] = stack_alloc();
	objects[n] = stack_alloc();
	va = (uintptr_t)objects[n] - STACK_SIZE;
	before = stack_count();
	for (unsigned i = 0; i < 5; i++)	/* behind four in the cache */
		stack_free(objects[i + 4]);
	check(t, !space_map(&kernel_space, va, other, 1, PROT_W));
	for (unsigned i = 0; i < 4; i++)
		objects[i + 4] = stack_alloc();
	check(t, stack_count() == before - 1);
	check(t, !stack_alloc());
	check(t, stack_count() == before - 1);
	space_unmap(&kernel_space, va, 1);
	frame_free(other, 0);
	while (n--)
		stack_free(objects[n]);
}

TEST("mm/edges", test_range_too_small_is_not_taken)
{
	uintptr_t small = vmap_reserve(5), fence = vmap_reserve(5);
	unsigned n = 0;

	for (size_t pages = 1UL << 23; pages > 2; pages /= 2)
		while (n < MANY && (objects[n] = (void *)vmap_reserve(pages)))
			n++;
	check(t, n < MANY);
	vmap_release(small);
	check(t, !vmap_reserve(6));
	check(t, vmap_reserve(5) == small);
	while (n--)
		vmap_release((uintptr_t)objects[n]);
	vmap_release(small);
	vmap_release(fence);
}

TEST("mm/edges", test_ranges_that_merge_keep_no_node)
{
	uint64_t before = stats_of("kmalloc-64").live;

	for (unsigned i = 0; i < 9; i++)
		objects[i] = (void *)vmap_reserve(1 + i % 3);
	for (unsigned i = 0; i < 9; i += 2)
		vmap_release((uintptr_t)objects[i]);
	for (unsigned i = 1; i < 9; i += 2)
		vmap_release((uintptr_t)objects[i]);
	check(t, stats_of("kmalloc-64").live == before);
}

static void freed_twice_at_once(void)
{
	void *object = kmalloc(64);

	kfree(object);
	/* what another CPU's free of it, at the same time, would leave */
	red_set(object, cache_of(object)->body, RED_USED);
	object = kmalloc(64);
}

TEST("mm/edges", test_slab_names_a_double_free_at_once)
{
	const char *text = world_fault(freed_twice_at_once);

	check(t, text && strstr(text, "freed twice at once"));
}

TEST("mm/edges", test_stacks_come_to_an_end)
{
	static void *tops[STACKS_MAX + 1];
	unsigned n = 0;

	while (n <= STACKS_MAX && (tops[n] = stack_alloc()))
		n++;
	check(t, n == STACKS_MAX);
	while (n--)
		stack_free(tops[n]);
	check(t, stack_count() <= 8);
}
