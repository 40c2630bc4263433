/*
 * tests/hosted/test_frame_boot.c - memory maps of all kinds.
 *
 * Every map is given to frames_init() in a child process of its own; the child
 * then takes every frame and compares with a list made in another way: a byte
 * for each frame below 64 GB would be too slow, so maps stay below 8 GB.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot/boot_info.h"
#include "arch/cpu.h"
#include "arch/phys.h"
#include "mm/frame.h"
#include "mm/frame_map.h"
#include "kernel/panic.h"
#include "kernel/test.h"
#include "mm_world.h"

#define TOP		(8UL << 30)
#define MAPPED		(4UL << 30)
#define KERNEL_START	0x100000UL
#define KERNEL_END	0x173000UL

#define DIRTY		(18UL << 20)

static struct boot_info info;
static uint32_t dirt;		/* what each word of RAM holds, unless 0 */
static unsigned char may[TOP / PAGE_SIZE];	/* 1: allowed; 2: was given */

static void range(uint64_t base, uint64_t size, enum boot_range_kind kind)
{
	info.range[info.nr_ranges++] = (struct boot_range){ base, size, kind };
}

static void reserve(uint64_t base, uint64_t size)
{
	info.reserved[info.nr_reserved++] =
		(struct boot_area){ base, size, "test" };
}

/* Whole frames inside (for RAM), or touched (for all else). */
static void mark(uint64_t base, uint64_t size, bool ram)
{
	uint64_t end = size > TOP || base > TOP ? TOP : base + size;

	for (uint64_t n = base / PAGE_SIZE; n < TOP / PAGE_SIZE; n++) {
		uint64_t pa = n * PAGE_SIZE;

		if (pa >= end)
			break;
		if (!ram)
			may[n] = 0;
		else if (pa >= base && pa + PAGE_SIZE <= end)
			may[n] = 1;
	}
}

static void mark_all(void)
{
	memset(may, 0, sizeof(may));
	for (unsigned i = 0; i < info.nr_ranges; i++)
		if (info.range[i].kind == BOOT_RAM)
			mark(info.range[i].base, info.range[i].size, true);
	for (unsigned i = 0; i < info.nr_ranges; i++)
		if (info.range[i].kind != BOOT_RAM)
			mark(info.range[i].base, info.range[i].size, false);
	for (unsigned i = 0; i < info.nr_reserved; i++)
		mark(info.reserved[i].base, info.reserved[i].size, false);
	mark(KERNEL_START, KERNEL_END - KERNEL_START, false);
	mark(0, 1, false);
}

static void give(uint64_t pa)
{
	if (pa >= TOP || may[pa / PAGE_SIZE] != 1)
		panic("0x%lx was given", pa);
	may[pa / PAGE_SIZE] = 2;
}

/* The boot tables map no more: what builds the others must fit in there. */
static void take_some_early(void)
{
	uint64_t pa[64];

	for (unsigned i = 0; i < 64; i++) {
		pa[i] = frame_alloc(0);
		if (!pa[i] || pa[i] >= MAPPED)
			panic("before it is mapped, 0x%lx was given", pa[i]);
	}
	for (unsigned i = 0; i < 64; i++)
		frame_free(pa[i], 0);
}

/* In the child: panics unless exactly what may be given is given. */
static void take_all(void)
{
	struct frame_stats s;
	uint64_t pa, kept = 0;

	mark_all();
	for (uint64_t at = 0; at < DIRTY && dirt; at += 4)
		*(uint32_t *)phys_to_virt(at) = dirt;
	cpumask_set(&cpus_possible, 0);
	frames_init(&info, KERNEL_START, KERNEL_END, MAPPED);
	take_some_early();
	frames_init_rest();
	frame_statistics(&s);
	for (unsigned order = FRAME_ORDERS; order-- > 0; )
		while ((pa = frame_alloc(order)))
			for (uint64_t i = 0; i < 1u << order; i++)
				give(pa + i * PAGE_SIZE);
	while ((pa = frame_alloc_low())) {
		if (pa >= 0x100000)
			panic("low 0x%lx", pa);
		give(pa);
	}
	for (uint64_t n = 0; n < TOP / PAGE_SIZE; n++)
		kept += may[n] == 1;
	if (kept != (s.map_bytes + PAGE_SIZE - 1) / PAGE_SIZE)
		panic("%lu frames kept, the map has %lu bytes", kept,
		      s.map_bytes);
	panic("fine: %lu managed", s.managed);
}

static void expect(struct test *t, const char *word)
{
	const char *text = world_fault(take_all);

	if (!check(t, text && strstr(text, word)))
		test_note(t, "it said: %s", text ? text : "nothing");
	memset(&info, 0, sizeof(info));
}

TEST("mm/frame_boot", test_map_of_a_small_pc)
{
	range(0, 0x9fc00, BOOT_RAM);
	range(0x9fc00, 0x400, BOOT_FIRMWARE);
	range(0xf0000, 0x10000, BOOT_FIRMWARE);
	range(0x100000, (15UL << 20) - 0x20000, BOOT_RAM);
	reserve(0x180123, 0x4321);
	reserve(0x9000, 0x1800);
	expect(t, "fine");
}

TEST("mm/frame_boot", test_map_with_holes_above_4_gb)
{
	range(0, 0x9f000, BOOT_RAM);
	range(0x100000, (2UL << 30) - 0x100000, BOOT_RAM);
	range(0xb0000000, 0x10000000, BOOT_FIRMWARE);
	range(0xfffc0000, 0x40000, BOOT_FIRMWARE);
	range(4UL << 30, 2UL << 30, BOOT_RAM);
	range(0xfd00000000, 0x300000000, BOOT_FIRMWARE);
	expect(t, "fine");
}

/*
 * The frame map (0x1801000 bytes) leaves only blocks of 4 MB below 4 GB, and
 * above lies a single frame, which would be the nearest to give.
 */
TEST("mm/frame_boot", test_first_frames_are_below_4_gb)
{
	range(0x3ff000, 0x8000000 - 0x3ff000, BOOT_RAM);
	range(4UL << 30, PAGE_SIZE, BOOT_RAM);
	expect(t, "fine");
}

/* As OVMF's: many pieces, ACPI memory in the middle of low RAM. */
TEST("mm/frame_boot", test_map_in_many_pieces)
{
	range(0, 0xa0000, BOOT_RAM);
	range(0x100000, 0x706000, BOOT_RAM);
	range(0x806000, 0xfa000, BOOT_ACPI_NVS);
	for (uint64_t pa = 0x900000; pa < 0x10000000; pa += 0x400000) {
		range(pa, 0x3fd000, BOOT_RAM);
		range(pa + 0x3fd000, 0x3000, BOOT_ACPI);
	}
	reserve(0x1000, 0x1f000);
	reserve(0x20000, 8104);
	expect(t, "fine");
}

TEST("mm/frame_boot", test_map_that_contradicts_itself)
{
	range(0, 0x9fc00, BOOT_RAM);
	range(0x100000, 0x2000000, BOOT_RAM);
	range(0x300000, 0x1000, BOOT_BAD);	/* inside RAM: loses */
	range(0x1000000, 0x3000000, BOOT_RAM);	/* twice the same RAM */
	range(0x1800000, 0x10000, BOOT_RAM);
	range(0x3ffffff, 0x2, BOOT_FIRMWARE);	/* one byte each side */
	range(0x5000000, 0x800, BOOT_RAM);	/* less than a frame */
	range(0x6000000, -0x7000000UL, BOOT_FIRMWARE);	/* to the very end */
	reserve(0xfff, 2);
	reserve(0x200000, 0);
	expect(t, "fine");
}

/* base + size is beyond 2^64: it goes on to the very end, and not to 111 MB. */
TEST("mm/frame_boot", test_map_whose_sum_wraps)
{
	range(0, 0x9fc00, BOOT_RAM);
	range(0x100000, 0x8000000 - 0x100000, BOOT_RAM);
	range(0x7000000, -0x1000UL, BOOT_FIRMWARE);
	expect(t, "fine");
}

/*
 * RAM ends in the middle of a pair of buddies, and the map at a page's end; what
 * lies behind the map looks like the missing buddy, free.
 */
TEST("mm/frame_boot", test_map_ends_inside_a_pair)
{
	range(0, 0x9fc00, BOOT_RAM);
	range(0x100000, DIRTY - 0x100000, BOOT_RAM);
	dirt = FRAME_STATE(FRAME_FREE, 9);
	expect(t, "fine");
	dirt = 0;
}

TEST("mm/frame_boot", test_map_at_random)
{
	for (unsigned i = 0; i < 20; i++) {
		uint64_t at = 0x100000;

		range(0, 0x9fc00, BOOT_RAM);
		for (unsigned k = 0; k < 60; k++) {
			uint64_t size = test_random(t) % 0x1000000;

			/* the first is large enough for the map */
			range(at, k ? size : 0x4000000, k % 4 == 3 ?
			      BOOT_FIRMWARE : BOOT_RAM);
			at += k ? size : 0x4000000;
			at += test_random(t) % 3 ? 0 : test_random(t) % 0x4000;
		}
		for (unsigned k = 0; k < 40; k++)
			reserve(0x800000 + test_random(t) % at,
				test_random(t) % 0x20000);
		expect(t, "fine");
	}
}

TEST("mm/frame_boot", test_map_without_room_is_said)
{
	range(0, 0x9fc00, BOOT_RAM);
	expect(t, "no room for the frame map");
	range(0x100000, 0x100000, BOOT_FIRMWARE);
	expect(t, "no usable RAM");
}
