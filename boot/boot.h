/*
 * boot/boot.h - what boot/entry.asm hands to C.
 *
 * Guarantees  kernel_main(kind, info) is entered once, on the boot CPU, on the
 *             boot stack, interrupts off, with the boot page tables loaded.
 * Context     Boot CPU.
 * See         boot/entry.asm, docs/01-boot.md
 */
#pragma once

#include <stdint.h>

#define BOOT_KIND_MULTIBOOT2	1	/* info: the tag list */
#define BOOT_KIND_PVH		2	/* info: struct hvm_start_info */

extern char boot_pml4[];
extern char boot_stack[];

void kernel_main(uint32_t kind, uint64_t info);
