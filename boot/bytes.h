/*
 * boot/bytes.h - reading a foreign structure field by field.
 *
 * Guarantees  Little-endian reads of 1, 2, 4 and 8 bytes at any alignment.
 *             No structure of a loader or of firmware is ever overlaid by a C
 *             struct: a field is an offset, and whoever reads it has compared
 *             that offset with a length first.
 * Context     Any; the caller has checked that the bytes may be read.
 * Cost        One load.
 * See         boot/multiboot2.c, boot/pvh.c, arch/x86_64/acpi.c
 */
#pragma once

#include <stdint.h>

static inline uint16_t get16(const uint8_t *p)
{
	uint16_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t get64(const uint8_t *p)
{
	uint64_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}
