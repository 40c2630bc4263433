/*
 * boot/collect.c - what both boot protocols do with what they read.
 *
 * Invariant   Until boot_settle_ranges(), range[] holds the loader's entries
 *             as they came, none empty and none running past 2^64.  Addresses
 *             are compared by their last byte, so that a range which ends at
 *             2^64 is nothing special.
 *             The sweep in boot_settle_ranges() stands at `at`, below which
 *             all is written; each step goes to the next address at which
 *             some entry begins or has ended, so that between two stops the
 *             set of covering entries does not change.
 * References  ACPI 6.5, section 15 (system address map interfaces).
 */
#include "boot/collect.h"

#include <stdarg.h>

#include "kernel/format.h"
#include "kernel/string.h"

#define TEXT(constant)		TEXT_OF(constant)
#define TEXT_OF(expanded)	#expanded

void boot_begin(struct boot_info *out, const char *protocol)
{
	memset(out, 0, sizeof(*out));
	out->protocol = protocol;
}

static enum boot_range_kind range_kind(uint32_t e820_type)
{
	switch (e820_type) {
	case 1: return BOOT_RAM;
	case 3: return BOOT_ACPI;
	case 4: return BOOT_ACPI_NVS;
	case 5: return BOOT_BAD;
	default: return BOOT_FIRMWARE;
	}
}

const char *boot_add_range(struct boot_info *out, uint64_t base, uint64_t size,
			   uint32_t e820_type)
{
	if (size == 0)
		return NULL;
	if (size - 1 > UINT64_MAX - base)
		return "a range runs past the end of the address space";
	if (out->nr_ranges == BOOT_RANGES)
		return "more than " TEXT(BOOT_RANGES) " ranges";
	out->range[out->nr_ranges++] = (struct boot_range){
		.base = base,
		.size = size,
		.kind = range_kind(e820_type),
	};
	return NULL;
}

static uint64_t range_last(const struct boot_range *r)
{
	return r->base + (r->size - 1);
}

static unsigned restriction(enum boot_range_kind kind)
{
	static const uint8_t rank[] = {
		[BOOT_RAM] = 1,
		[BOOT_ACPI] = 2,
		[BOOT_ACPI_NVS] = 3,
		[BOOT_FIRMWARE] = 4,
		[BOOT_BAD] = 5,
	};

	return rank[kind];
}

/*
 * The piece that begins at `at` and ends before anything changes; kind 0 is a
 * gap.  A gap that reaches the end of the address space means we are done.
 */
static struct boot_range piece_at(const struct boot_range *in, unsigned n,
				  uint64_t at, uint64_t *last)
{
	struct boot_range piece = { .base = at, .kind = 0 };

	*last = UINT64_MAX;
	for (unsigned i = 0; i < n; i++) {
		if (in[i].base > at) {
			if (in[i].base - 1 < *last)
				*last = in[i].base - 1;
			continue;
		}
		if (range_last(&in[i]) < at)
			continue;
		if (range_last(&in[i]) < *last)
			*last = range_last(&in[i]);
		if (!piece.kind ||
		    restriction(in[i].kind) > restriction(piece.kind))
			piece.kind = in[i].kind;
	}
	piece.size = *last - at + 1;
	return piece;
}

static const char *append_piece(struct boot_info *out,
				const struct boot_range *piece)
{
	struct boot_range *prev = &out->range[out->nr_ranges];

	if (out->nr_ranges > 0 && (--prev)->kind == piece->kind &&
	    prev->base + prev->size == piece->base &&
	    prev->size + piece->size > prev->size) {
		prev->size += piece->size;
		return NULL;
	}
	if (out->nr_ranges == BOOT_RANGES)
		return "overlaps cut it into more than " TEXT(BOOT_RANGES)
		       " ranges";
	out->range[out->nr_ranges++] = *piece;
	return NULL;
}

const char *boot_settle_ranges(struct boot_info *out)
{
	static struct boot_range in[BOOT_RANGES];
	unsigned n = out->nr_ranges;
	uint64_t last = 0;
	bool has_ram = false;

	memcpy(in, out->range, n * sizeof(in[0]));
	out->nr_ranges = 0;
	/* ends: `at` rises, and only a range's edge stops it below 2^64 */
	for (uint64_t at = 0; ; at = last + 1) {
		struct boot_range piece = piece_at(in, n, at, &last);
		const char *why = NULL;

		/* a size of 0 is all 2^64 bytes, which only a gap can be */
		if (piece.kind)
			why = append_piece(out, &piece);
		if (why)
			return why;
		has_ram |= piece.kind == BOOT_RAM;
		if (last == UINT64_MAX)
			return has_ram ? NULL : "no usable memory";
	}
}

const char *boot_reserve(struct boot_info *out, uint64_t base, uint64_t size,
			 const char *what)
{
	if (size == 0)
		return NULL;
	if (size - 1 > UINT64_MAX - base)
		return "runs past the end of the address space";
	if (out->nr_reserved == BOOT_RESERVED)
		return "more than " TEXT(BOOT_RESERVED) " loaded pieces";
	out->reserved[out->nr_reserved++] = (struct boot_area){
		.base = base,
		.size = size,
		.what = what,
	};
	return NULL;
}

const char *boot_add_module(struct boot_info *out, uint64_t base,
			    uint64_t size, const char *name, size_t max)
{
	struct boot_module *m = &out->module[out->nr_modules];

	if (out->nr_modules == BOOT_MODULES)
		return "more than " TEXT(BOOT_MODULES) " modules";
	if (max > sizeof(m->name) - 1)
		max = sizeof(m->name) - 1;
	m->base = base;
	m->size = size;
	memcpy(m->name, name, strnlen(name, max));
	out->nr_modules++;
	return boot_reserve(out, base, size, "module");
}

const char *boot_complain(const char *fmt, ...)
{
	static char text[160];
	va_list args;

	va_start(args, fmt);
	format(text, sizeof(text), fmt, args);
	va_end(args);
	return text;
}
