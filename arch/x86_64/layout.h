/*
 * arch/x86_64/layout.h - who lives where in the upper half.
 *
 * Guarantees  Three windows and nothing else: the direct map (all RAM, never
 *             executable), the mapped area (stacks with guard pages, device
 *             memory) and the kernel image.  The lower half stays empty.
 * Context     Any.
 * See         docs/01-boot.md, docs/02-memory.md, linker.ld
 */
#pragma once

#include <stdint.h>

#define DIRECT_MAP	0xffff800000000000UL
#define DIRECT_MAP_END	0xffffc00000000000UL
#define VMAP_START	0xffffc00000000000UL
#define VMAP_END	0xffffc01000000000UL
#define KERNEL_BASE	0xffffffff80000000UL

/* what the boot page tables map, at 0 and at DIRECT_MAP */
#define BOOT_MAPPED	(4UL << 30)

/* linker.ld's */
extern char kernel_image_start[], kernel_image_end[];
extern char kernel_text_start[], kernel_text_end[];
extern char kernel_rodata_start[], kernel_rodata_end[];
extern char kernel_data_start[], kernel_data_end[];
extern char percpu_start[], percpu_cleared_end[], percpu_end[];

static inline void *phys_to_virt(uint64_t pa)
{
	return (void *)(pa + DIRECT_MAP);
}

/* Of an address in the direct map or in the kernel image only. */
static inline uint64_t virt_to_phys(const void *p)
{
	uint64_t va = (uint64_t)p;

	return va >= KERNEL_BASE ? va - KERNEL_BASE : va - DIRECT_MAP;
}
