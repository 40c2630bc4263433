/*
 * tests/boot/test_collect.c - overlapping ranges, and lists that are full.
 */
#include "boot/collect.h"

#include "kernel/string.h"
#include "kernel/test.h"

static struct boot_info info;

static bool add(uint64_t base, uint64_t size, uint32_t type)
{
	return boot_add_range(&info, base, size, type) == NULL;
}

static bool is_range(unsigned i, uint64_t base, uint64_t size, int kind)
{
	return i < info.nr_ranges && info.range[i].base == base &&
	       info.range[i].size == size && (int)info.range[i].kind == kind;
}

TEST("boot/collect", test_collect_sorts_and_merges_ranges)
{
	boot_begin(&info, "test");
	check(t, add(0x100000, 0x1000, 1));
	check(t, add(0x300000, 0x1000, 1));
	check(t, add(0, 0x80000, 1));
	check(t, add(0x101000, 0x3000, 1));
	check(t, add(0x500000, 0, 1));
	check(t, !boot_settle_ranges(&info));
	check(t, info.nr_ranges == 3);
	check(t, is_range(0, 0, 0x80000, BOOT_RAM));
	check(t, is_range(1, 0x100000, 0x4000, BOOT_RAM));
	check(t, is_range(2, 0x300000, 0x1000, BOOT_RAM));
}

TEST("boot/collect", test_collect_more_restrictive_kind_wins)
{
	static const struct {
		uint32_t type;
		int kind;
	} by_rank[] = {
		{ 1, BOOT_RAM }, { 3, BOOT_ACPI }, { 4, BOOT_ACPI_NVS },
		{ 2, BOOT_FIRMWARE }, { 5, BOOT_BAD },
	};

	for (unsigned i = 1; i < ARRAY_LEN(by_rank); i++) {
		for (unsigned j = 0; j < i; j++) {
			boot_begin(&info, "test");
			check(t, add(0x1000, 0x1000, by_rank[i].type));
			check(t, add(0x1000, 0x3000, by_rank[j].type));
			check(t, add(0x100000, 0x1000, 1));
			check(t, !boot_settle_ranges(&info));
			check(t, info.nr_ranges == 3);
			check(t, is_range(0, 0x1000, 0x1000,
					  by_rank[i].kind));
			check(t, is_range(1, 0x2000, 0x2000,
					  by_rank[j].kind));
		}
	}
}

TEST("boot/collect", test_collect_unknown_kinds_belong_to_firmware)
{
	boot_begin(&info, "test");
	check(t, add(0, 0x1000, 1) && add(0x1000, 0x1000, 0) &&
		 add(0x2000, 0x1000, 20) && add(0x3000, 0x1000, 0xffffffff));
	check(t, !boot_settle_ranges(&info));
	check(t, info.nr_ranges == 2);
	check(t, is_range(1, 0x1000, 0x3000, BOOT_FIRMWARE));
}

TEST("boot/collect", test_collect_handles_the_end_of_the_address_space)
{
	boot_begin(&info, "test");
	check(t, add(0, 0x1000, 1));
	check(t, add(UINT64_MAX - 0xfff, 0x1000, 2));
	check(t, !add(UINT64_MAX - 0xfff, 0x1001, 2));
	check(t, !add(1, UINT64_MAX, 2) || info.nr_ranges == 3);
	check(t, !boot_settle_ranges(&info));
	check(t, is_range(0, 0, 1, BOOT_RAM));
	check(t, is_range(1, 1, UINT64_MAX, BOOT_FIRMWARE));
}

TEST("boot/collect", test_collect_never_merges_to_a_size_of_zero)
{
	boot_begin(&info, "test");
	check(t, add(0, 1ull << 63, 1) && add(1ull << 63, 1ull << 63, 1));
	check(t, !boot_settle_ranges(&info));
	check(t, is_range(0, 0, 1ull << 63, BOOT_RAM));
	check(t, is_range(1, 1ull << 63, 1ull << 63, BOOT_RAM));
}

TEST("boot/collect", test_collect_wants_some_memory)
{
	const char *why;

	boot_begin(&info, "test");
	check(t, add(0, 0x1000, 2) && add(0x5000, 0x1000, 3));
	why = boot_settle_ranges(&info);
	check(t, why && strcmp(why, "no usable memory") == 0);
}

TEST("boot/collect", test_collect_refuses_too_many_of_anything)
{
	const char *why;

	boot_begin(&info, "test");
	for (unsigned i = 0; i < BOOT_RANGES; i++)
		check(t, add(i * 0x2000, 0x1000, 1));
	why = boot_add_range(&info, 0, 0x1000, 1);
	check(t, why && strcmp(why, "more than 256 ranges") == 0);
	check(t, !boot_settle_ranges(&info));
	check(t, info.nr_ranges == BOOT_RANGES);

	for (unsigned i = 0; i < BOOT_RESERVED; i++)
		check(t, !boot_reserve(&info, i, 1, "x"));
	why = boot_reserve(&info, 0, 1, "x");
	check(t, why && strcmp(why, "more than 96 loaded pieces") == 0);

	boot_begin(&info, "test");
	for (unsigned i = 0; i < BOOT_MODULES; i++)
		check(t, !boot_add_module(&info, i, 1, "m", 2));
	why = boot_add_module(&info, 0, 1, "m", 2);
	check(t, why && strcmp(why, "more than 8 modules") == 0);
}

/* A firmware range in each of 128 gaps of one RAM range: 257 pieces. */
TEST("boot/collect", test_collect_counts_the_pieces_after_cutting)
{
	const char *why;

	boot_begin(&info, "test");
	check(t, add(0, 0x1000000, 1));
	for (unsigned i = 1; i <= 128; i++)
		check(t, add(i * 0x2000, 0x1000, 2));
	why = boot_settle_ranges(&info);
	check(t, why && strcmp(why, "overlaps cut it into more than 256 "
			       "ranges") == 0);
}

TEST("boot/collect", test_collect_reserves_only_what_is_there)
{
	boot_begin(&info, "test");
	check(t, !boot_reserve(&info, 0x1000, 0, "empty"));
	check(t, info.nr_reserved == 0);
	check(t, boot_reserve(&info, UINT64_MAX, 2, "wraps") != NULL);
	check(t, !boot_reserve(&info, UINT64_MAX, 1, "the last byte"));
	check(t, info.nr_reserved == 1);
	check(t, boot_add_module(&info, UINT64_MAX, 2, "m", 2) != NULL);
}

#define CELLS	64

static unsigned rank_of(int kind)
{
	static const uint8_t rank[] = { [BOOT_RAM] = 1, [BOOT_ACPI] = 2,
		[BOOT_ACPI_NVS] = 3, [BOOT_FIRMWARE] = 4, [BOOT_BAD] = 5 };

	return rank[kind];
}

/* The same address space as an array of cells, in which the highest wins. */
static void add_random(struct test *t, uint8_t *cell, unsigned ranges)
{
	static const uint8_t kinds[] = { 0, BOOT_RAM, BOOT_FIRMWARE, BOOT_ACPI,
		BOOT_ACPI_NVS, BOOT_BAD };

	for (unsigned i = 0; i < ranges; i++) {
		unsigned base = test_random(t) % CELLS;
		unsigned size = test_random(t) % (CELLS - base + 1);
		unsigned type = 1 + test_random(t) % 5;

		check(t, add(base, size, type));
		for (unsigned j = base; j < base + size; j++)
			if (!cell[j] ||
			    rank_of(kinds[type]) > rank_of(cell[j]))
				cell[j] = kinds[type];
	}
}

static bool agrees(const uint8_t *cell)
{
	unsigned at = 0;

	for (unsigned i = 0; i < info.nr_ranges; i++) {
		const struct boot_range *r = &info.range[i];

		for (; at < r->base; at++)
			if (cell[at])
				return false;
		for (; at < r->base + r->size; at++)
			if (at >= CELLS || cell[at] != r->kind)
				return false;
	}
	for (; at < CELLS; at++)
		if (cell[at])
			return false;
	return true;
}

TEST("boot/collect", test_collect_agrees_with_an_array_of_cells)
{
	for (unsigned step = 0; step < 500; step++) {
		uint8_t cell[CELLS] = { 0 };
		bool has_ram = false;

		boot_begin(&info, "test");
		add_random(t, cell, 1 + test_random(t) % 12);
		for (unsigned i = 0; i < CELLS; i++)
			has_ram |= cell[i] == BOOT_RAM;
		check(t, (boot_settle_ranges(&info) == NULL) == has_ram);
		if (!check(t, agrees(cell)))
			return;
	}
}
