/*
 * kernel/mem.h - the memory seam: what sync/ may ask of an allocator.
 *
 * Guarantees  mem_alloc() returns zeroed memory aligned for any object and to
 *             a cache line when size is a multiple of one, or NULL.
 *             mem_free(NULL) does nothing.
 * Context     Thread or interrupt, not NMI; never sleeps.
 * See         mm/slab.h, which is the kernel's body; docs/style.md, "Worlds"
 */
#pragma once

#include <stddef.h>

#include "kernel/compiler.h"

void *mem_alloc(size_t size) must_check;
void mem_free(void *object);
