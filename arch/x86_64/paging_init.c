/*
 * arch/x86_64/paging_init.c - the kernel's own tables.
 *
 * Invariant   The direct map and the image agree about what may be written: a
 *             frame of the image's text or rodata is read-only in both.
 *             Nothing is mapped in the lower half.
 */
#include "arch/x86_64/paging.h"

#include "arch/x86_64/layout.h"
#include "arch/x86_64/regs.h"
#include "boot/boot.h"
#include "boot/boot_info.h"
#include "kernel/config.h"
#include "kernel/errno.h"

#define IMAGE_PHYS(p)	((uint64_t)(p) - KERNEL_BASE)

static uint64_t root;

uint64_t paging_kernel_root(void)
{
	return root;
}

/* The direct map's protection of one frame. */
static unsigned direct_prot(uint64_t pa)
{
	bool constant = pa >= IMAGE_PHYS(kernel_text_start)
			&& pa < IMAGE_PHYS(kernel_data_start);

	return constant ? 0 : PROT_W;
}

static bool overlaps_image(uint64_t pa, uint64_t size)
{
	return pa < IMAGE_PHYS(kernel_image_end)
	       && pa + size > IMAGE_PHYS(kernel_image_start);
}

bool paging_map_direct(uint64_t pa, uint64_t size,
		       const struct frame_source *from)
{
	uint64_t end = (pa + size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);

	pa &= ~(PAGE_SIZE - 1);
	while (pa < end) {
		uintptr_t va = pa + DIRECT_MAP;
		uint64_t step = LARGE_PAGE;
		int error;

		if (pa % LARGE_PAGE == 0 && end - pa >= LARGE_PAGE
		    && !overlaps_image(pa, LARGE_PAGE)) {
			error = paging_map_large(root, va, pa, PROT_W, from);
		} else {
			step = PAGE_SIZE;
			error = paging_map(root, va, pa, direct_prot(pa), from);
		}
		if (error == -ENOMEM)
			return false;
		pa += step;
	}
	return true;
}

static bool map_image(const char *start, const char *end, unsigned prot,
		      const struct frame_source *from)
{
	for (uintptr_t va = (uintptr_t)start; va < (uintptr_t)end;
	     va += PAGE_SIZE) {
		/* the page below the boot stack is its guard */
		if (va == (uintptr_t)boot_stack - PAGE_SIZE)
			continue;
		if (paging_map(root, va, IMAGE_PHYS(va), prot, from))
			return false;
	}
	return true;
}

bool paging_init(const struct boot_info *boot, const struct frame_source *from)
{
	root = from->alloc();
	if (!root)
		return false;
	if (!map_image(kernel_text_start, kernel_text_end, PROT_X, from)
	    || !map_image(kernel_rodata_start, kernel_rodata_end, 0, from)
	    || !map_image(kernel_data_start, kernel_data_end, PROT_W, from)
	    || !paging_map_direct(IMAGE_PHYS(kernel_image_start),
				  kernel_image_end - kernel_image_start, from))
		return false;
	for (unsigned i = 0; i < boot->nr_ranges; i++) {
		const struct boot_range *r = &boot->range[i];

		if (r->kind != BOOT_RAM && r->kind != BOOT_ACPI
		    && r->kind != BOOT_ACPI_NVS)
			continue;
		if (!paging_map_direct(r->base, r->size, from))
			return false;
	}
	for (unsigned i = 0; i < boot->nr_reserved; i++)
		if (!paging_map_direct(boot->reserved[i].base,
				       boot->reserved[i].size, from))
			return false;
	paging_load(root);
	return true;
}
