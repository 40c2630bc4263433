/*
 * mm/vmap.c - memory and devices at kernel addresses of their own.
 *
 * Invariant   An address is handed out by range_alloc() before it is mapped and
 *             given back by range_free() after it was unmapped and every CPU
 *             has answered (space_free(), space_unmap()); so a stale
 *             translation never meets a new owner.
 */
#include "mm/vmap.h"

#include "kernel/config.h"
#include "kernel/panic.h"
#include "mm/site.h"
#include "mm/space.h"
#include "mm/vmap_range.h"

uintptr_t vmap_reserve(size_t pages)
{
	return range_alloc(pages);
}

static void release_at(uintptr_t va, uint32_t site)
{
	if (!range_free(va))
		panic("vmap: 0x%lx, freed at %pS, was not handed out", va,
		      site_address(site));
}

void vmap_release(uintptr_t va)
{
	release_at(va, call_site());
}

void *vmap_alloc(size_t pages)
{
	uintptr_t va = range_alloc(pages);

	if (!va)
		return NULL;
	if (space_alloc(&kernel_space, va, pages, PROT_W)) {
		release_at(va, call_site());
		return NULL;
	}
	return (void *)va;
}

void vmap_free(void *p)
{
	uintptr_t va = (uintptr_t)p;

	if (!p)
		return;
	space_free(&kernel_space, va, range_pages(va));
	release_at(va, call_site());
}

void *mmio_map_as(uint64_t pa, size_t size, unsigned prot)
{
	size_t offset = pa % PAGE_SIZE;
	size_t pages = (offset + size + PAGE_SIZE - 1) / PAGE_SIZE;
	uintptr_t va = range_alloc(pages);

	if (!va)
		return NULL;
	if (space_map(&kernel_space, va, pa - offset, pages, prot)) {
		release_at(va, call_site());
		return NULL;
	}
	return (char *)va + offset;
}

void *mmio_map(uint64_t pa, size_t size)
{
	return mmio_map_as(pa, size, PROT_W | PROT_DEVICE);
}

void mmio_unmap(void *p)
{
	uintptr_t va = (uintptr_t)p & -PAGE_SIZE;

	if (!p)
		return;
	space_unmap(&kernel_space, va, range_pages(va));
	release_at(va, call_site());
}

void vmap_statistics(struct vmap_stats *out)
{
	range_statistics(out);
}
