/*
 * boot/multiboot2.h - GRUB's tag list becomes a struct boot_info.
 *
 * Guarantees  True: *out is filled; nothing of the list is needed any more
 *             but what out->reserved names (the list itself too).
 *             False: *error says which tag, at which offset, and what is
 *             wrong with it.  No byte outside [mbi, mbi + limit) is read,
 *             whatever the list contains.
 * Context     Boot, one CPU; and tests.  *error lives until the next parse.
 * Limits      The loader is believed about what it says in one piece: a
 *             memory map that lies (TRAPS: the map says RAM over the kernel)
 *             is passed on, and reserved[] has to be taken out of it.
 * See         docs/01-boot.md, tests/boot/test_multiboot2.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/compiler.h"

#define MULTIBOOT2_MAGIC	0x36d76289	/* in eax at entry */

struct boot_info;

/* mbi is where the list can be read, mbi_pa its physical address. */
bool multiboot2_parse(const void *mbi, uint64_t mbi_pa, size_t limit,
		      struct boot_info *out, const char **error) must_check;
