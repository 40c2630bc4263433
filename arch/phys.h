/*
 * arch/phys.h - physical memory as this program sees it.
 *
 * Guarantees  phys_to_virt(pa) is where the RAM at pa can be read and written.
 *             direct_to_phys(p) is its inverse; for a p that is not such an
 *             address the result lies beyond any RAM, so that one comparison
 *             with the top of RAM refuses foreign pointers.
 * Context     Any.
 * Cost        One addition.
 * See         arch/x86_64/layout.h, tests/worlds/threads/world/phys.h
 */
#pragma once

#include <stdint.h>

#include "kernel/compiler.h"

/* The body defines phys_to_virt and direct_to_phys. */
#include "world/phys.h"
