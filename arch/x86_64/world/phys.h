/*
 * arch/x86_64/world/phys.h - RAM through the direct map.
 */
#pragma once

#include "arch/x86_64/layout.h"

static always_inline uint64_t direct_to_phys(const void *p)
{
	return (uintptr_t)p - DIRECT_MAP;
}
