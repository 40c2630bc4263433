/*
 * tests/mm/test_vmap.c - mm/vmap.h's Guarantees: addresses apart, none lost.
 */
#include "mm/space.h"
#include "mm/vmap.h"
#include "kernel/config.h"
#include "kernel/test.h"

#define RANGES	100

struct piece {
	uintptr_t at;
	size_t pages;
};

static struct piece pieces[RANGES];

static bool overlap(const struct piece *a, const struct piece *b)
{
	/* with the guard page behind each */
	return a->at && b->at &&
	       a->at <= b->at + b->pages * PAGE_SIZE &&
	       b->at <= a->at + a->pages * PAGE_SIZE;
}

TEST("mm/vmap", test_vmap_ranges_are_apart_and_none_is_lost)
{
	struct vmap_stats before, after;

	vmap_statistics(&before);
	for (unsigned round = 0; round < 2000; round++) {
		struct piece *p = &pieces[test_random(t) % RANGES];

		if (p->at) {
			vmap_release(p->at);
			p->at = 0;
			continue;
		}
		p->pages = 1 + test_random(t) % (round % 7 ? 8 : 5000);
		p->at = vmap_reserve(p->pages);
		check(t, p->at && p->at % PAGE_SIZE == 0);
		for (unsigned i = 0; i < RANGES; i++)
			check(t, p == &pieces[i] || !overlap(p, &pieces[i]));
	}
	for (unsigned i = 0; i < RANGES; i++) {
		if (pieces[i].at)
			vmap_release(pieces[i].at);
		pieces[i].at = 0;
	}
	vmap_statistics(&after);
	check(t, after.ranges == before.ranges);
	check(t, after.pages == before.pages);
	check(t, after.free_ranges == before.free_ranges);
}

TEST("mm/vmap", test_vmap_all_addresses_can_be_had_and_come_back)
{
	size_t pages = 1UL << 23;
	uintptr_t at;

	while (!(at = vmap_reserve(pages)) && pages > 1)
		pages -= pages / 16 + 1;
	check(t, pages > 1UL << 22);
	check(t, !vmap_reserve(pages));
	vmap_release(at);
	at = vmap_reserve(pages);
	check(t, at);
	vmap_release(at);
	check(t, !vmap_reserve(0));
	check(t, !vmap_reserve(SIZE_MAX));
	check(t, !vmap_reserve(1UL << 24));
}

static bool mapped(uintptr_t va, unsigned want)
{
	uint64_t pa;
	unsigned prot;

	return paging_lookup(kernel_space.root, va, &pa, &prot) && prot == want;
}

static bool unmapped(uintptr_t va)
{
	uint64_t pa;
	unsigned prot;

	return !paging_lookup(kernel_space.root, va, &pa, &prot);
}

TEST("mm/vmap", test_vmap_memory_is_mapped_with_a_guard_behind)
{
	char *p = vmap_alloc(5);
	uintptr_t va = (uintptr_t)p;

	if (!check(t, p))
		return;
	for (unsigned i = 0; i < 5; i++)
		check(t, mapped(va + i * PAGE_SIZE, PROT_W));
	check(t, unmapped(va + 5 * PAGE_SIZE));
	vmap_free(p);
	for (unsigned i = 0; i < 5; i++)
		check(t, unmapped(va + i * PAGE_SIZE));
	vmap_free(NULL);
	mmio_unmap(NULL);
}

TEST("mm/vmap", test_mmio_keeps_offset_and_is_uncached)
{
	char *p = mmio_map(0xfee00ff8, 16);	/* crosses a page's end */
	uintptr_t va = (uintptr_t)p & -PAGE_SIZE;
	uint64_t pa;
	unsigned prot;

	if (!check(t, p))
		return;
	check(t, (uintptr_t)p % PAGE_SIZE == 0xff8);
	check(t, paging_lookup(kernel_space.root, va, &pa, &prot));
	check(t, pa == 0xfee00000);
	check(t, prot == (PROT_W | PROT_DEVICE));
	check(t, mapped(va + PAGE_SIZE, PROT_W | PROT_DEVICE));
	check(t, unmapped(va + 2 * PAGE_SIZE));
	mmio_unmap(p);
	check(t, unmapped(va));
}
