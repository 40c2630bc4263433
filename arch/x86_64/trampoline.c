/*
 * arch/x86_64/trampoline.c - the page below 1 MB where APs begin.
 *
 * Invariant   The page is RAM by the memory map, overlaps nothing that was
 *             loaded (UEFI's GRUB loads sections there), is not page 0, and is
 *             never given to anyone else: mm keeps out of the first MB.
 */
#include "arch/x86_64/layout.h"
#include "arch/x86_64/smp.h"
#include "boot/boot_info.h"
#include "boot/trampoline.h"
#include "kernel/config.h"
#include "kernel/string.h"

#define LOWEST		0x1000UL
#define HIGHEST		0x9e000UL	/* leaves the EBDA alone */

static bool page_is_ram(const struct boot_info *boot, uint64_t page)
{
	for (unsigned i = 0; i < boot->nr_ranges; i++) {
		const struct boot_range *r = &boot->range[i];

		if (r->kind == BOOT_RAM && page >= r->base
		    && page + PAGE_SIZE <= r->base + r->size)
			return true;
	}
	return false;
}

static bool page_is_loaded(const struct boot_info *boot, uint64_t page)
{
	for (unsigned i = 0; i < boot->nr_reserved; i++) {
		const struct boot_area *a = &boot->reserved[i];

		if (page < a->base + a->size && page + PAGE_SIZE > a->base)
			return true;
	}
	return false;
}

uint64_t smp_trampoline_page(const struct boot_info *boot)
{
	for (uint64_t page = HIGHEST; page >= LOWEST; page -= PAGE_SIZE) {
		if (!page_is_ram(boot, page) || page_is_loaded(boot, page))
			continue;
		memcpy(phys_to_virt(page), phys_to_virt((uint64_t)
			trampoline_start), trampoline_end - trampoline_start);
		return page;
	}
	return 0;
}
