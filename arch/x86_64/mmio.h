/*
 * arch/x86_64/mmio.h - device registers in memory.
 *
 * Guarantees  One access of exactly this width, in program order with the
 *             other accesses of this CPU to devices.  The only volatile data in
 *             the tree.
 * Context     Any.
 * See         arch/x86_64/paging.h, PROT_DEVICE
 */
#pragma once

#include <stdint.h>

static inline void mmio_write16(void *base, unsigned offset, uint16_t v)
{
	*(volatile uint16_t *)((char *)base + offset) = v;
}

static inline uint32_t mmio_read32(const void *base, unsigned offset)
{
	return *(const volatile uint32_t *)((const char *)base + offset);
}

static inline void mmio_write32(void *base, unsigned offset, uint32_t v)
{
	*(volatile uint32_t *)((char *)base + offset) = v;
}
