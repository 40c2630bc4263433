/*
 * boot/pvh.h - QEMU's and Xen's start structure becomes a struct boot_info.
 *
 * Guarantees  As boot/multiboot2.h, with phys() in the place of the limit:
 *             start_info is read for its 40 bytes (56 when its version says
 *             so), everything else only through phys().  A module that starts
 *             as an ELF file does is taken as the kernel's own and supplies
 *             the symbols.
 * Context     Boot, one CPU; and tests.  *error lives until the next parse.
 * Limits      Version 0 carries no memory map, so it is refused by name.
 *             PVH tells of no screen, so there is none.
 * See         docs/01-boot.md, tests/boot/test_pvh.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

#define PVH_MAGIC	0x336ec578	/* the structure's first word */

struct boot_info;

/* phys: where these bytes can be read, or NULL when they cannot all be. */
bool pvh_parse(const void *start_info,
	       const void *(*phys)(uint64_t pa, uint64_t size),
	       struct boot_info *out, const char **error) must_check;
