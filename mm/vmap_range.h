/*
 * mm/vmap_range.h - which kernel addresses are free, for mm/ only.
 *
 * Guarantees  range_alloc(pages) is the start of a range of that many pages
 *             that overlaps no other and is followed by a page that belongs to
 *             none; 0 when addresses or memory run out.  range_pages(va) is the
 *             length of the range that starts there, 0 when none does.
 *             range_free(va) takes it back.
 * Context     Thread or interrupt, not NMI.
 * Cost        One lock; O(1) unless the larger sizes have run out; one heap
 *             object a range.
 * See         mm/vmap_range.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/compiler.h"

struct vmap_stats;

uintptr_t range_alloc(size_t pages) must_check;
size_t range_pages(uintptr_t va) must_check;
bool range_free(uintptr_t va) must_check;
void range_statistics(struct vmap_stats *out);
