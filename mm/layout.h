/*
 * mm/layout.h - how the mapped area is divided.
 *
 * Guarantees  Thread stacks lie in [STACKS_START, STACKS_END), everything else
 *             that is mapped page by page in [ARENA_START, VMAP_END).
 * See         arch/x86_64/layout.h, mm/stack.c, mm/vmap_range.c
 */
#pragma once

#include "arch/x86_64/layout.h"
#include "kernel/config.h"

#define STACK_SLOT	(PAGE_SIZE + STACK_SIZE)	/* guard page, stack */
#define STACKS_START	VMAP_START
#define STACKS_END	(STACKS_START + STACKS_MAX * STACK_SLOT)
#define ARENA_START	STACKS_END
