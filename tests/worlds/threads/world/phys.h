/*
 * tests/worlds/threads/world/phys.h - RAM is one big anonymous mapping.
 *
 * Invariant   world_ram is set by world_ram_init() before anything asks.
 */
#pragma once

extern char *world_ram;

static inline void *phys_to_virt(uint64_t pa)
{
	return world_ram + pa;
}

static inline uint64_t direct_to_phys(const void *p)
{
	return (uintptr_t)p - (uintptr_t)world_ram;
}
