/*
 * mm/frame_boot.c - from the loader's memory map to free blocks.
 *
 * Invariant   free_piece[] are the parts of RAM, in whole frames, by rising
 *             address and disjoint, that nothing else claims: RAM minus every
 *             range that is not RAM (a firmware's overlap loses), minus what
 *             the loader placed, the kernel and frame 0.  Only these reach the
 *             buddy lists, less the frame map that is cut from one of them.
 *             No frame but the map's is touched: the rest need not be mapped.
 *             What lies above `mapped` waits for frames_init_rest(): a small
 *             block up there would be taken before a large one below is split,
 *             by those who build the tables that map it.
 * References  Multiboot2 specification 3.6.8; UEFI 2.9, table 7-6.
 */
#include "boot/boot_info.h"
#include "arch/phys.h"
#include "mm/buddy.h"
#include "mm/frame.h"
#include "mm/frame_map.h"
#include "kernel/assert.h"
#include "kernel/panic.h"
#include "kernel/printk.h"
#include "kernel/string.h"

#define BUSY_MAX	(BOOT_RANGES + BOOT_RESERVED + 2)
#define PIECE_MAX	(BOOT_RANGES + BUSY_MAX)

struct span {
	uint64_t start, end;
};

static struct span busy[BUSY_MAX];
static unsigned nr_busy;
static struct span free_piece[PIECE_MAX];
static unsigned nr_pieces;
static uint64_t mapped;		/* pieces below are the map's, and come first */

static void busy_add(uint64_t start, uint64_t end)
{
	assert(nr_busy < BUSY_MAX);
	if (start < end)
		busy[nr_busy++] = (struct span){
			start / PAGE_SIZE * PAGE_SIZE,
			(end + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE,
		};
}

/* The end of a range, cut to what we manage; its base may be anything. */
static uint64_t range_end(uint64_t base, uint64_t size)
{
	if (base >= FRAMES_LIMIT)
		return base;
	return size > FRAMES_LIMIT - base ? FRAMES_LIMIT : base + size;
}

static void collect_busy(const struct boot_info *info, uint64_t kernel_start,
			 uint64_t kernel_end)
{
	nr_busy = 0;
	busy_add(0, PAGE_SIZE);
	busy_add(kernel_start, kernel_end);
	for (unsigned i = 0; i < info->nr_ranges; i++) {
		const struct boot_range *r = &info->range[i];

		if (r->kind != BOOT_RAM)
			busy_add(r->base, range_end(r->base, r->size));
	}
	for (unsigned i = 0; i < info->nr_reserved; i++) {
		const struct boot_area *a = &info->reserved[i];

		busy_add(a->base, range_end(a->base, a->size));
	}
}

/* The lowest busy span that meets [start, end); an empty one at end if none. */
static struct span first_busy(uint64_t start, uint64_t end)
{
	struct span first = { end, end };

	for (unsigned i = 0; i < nr_busy; i++)
		if (busy[i].end > start && busy[i].start < first.start)
			first = busy[i];
	return first;
}

static void collect_pieces(const struct boot_info *info)
{
	uint64_t done = 0;	/* RAM below was seen: ranges may overlap */

	nr_pieces = 0;
	for (unsigned i = 0; i < info->nr_ranges; i++) {
		const struct boot_range *r = &info->range[i];
		uint64_t at = (r->base + PAGE_SIZE - 1) & -PAGE_SIZE;
		uint64_t end = range_end(r->base, r->size) & -PAGE_SIZE;

		if (r->kind != BOOT_RAM)
			continue;
		at = at < done ? done : at;
		while (at < end) {
			struct span b = first_busy(at, end);

			assert(nr_pieces < PIECE_MAX);
			if (b.start > at)
				free_piece[nr_pieces++] =
					(struct span){ at, b.start };
			at = b.end;
		}
		done = end > done ? end : done;
	}
}

/* Cut size bytes from the lowest piece above 1 MB that has them. */
static uint64_t cut(uint64_t size)
{
	for (unsigned i = 0; i < nr_pieces; i++) {
		struct span *p = &free_piece[i];
		uint64_t at = p->start;

		if (at < LOW_FRAMES * PAGE_SIZE || p->end - at < size
		    || at + size > mapped)
			continue;
		p->start += size;
		return at;
	}
	panic("not enough memory: no room for the frame map, %lu KB in one "
	      "piece above 1 MB", size / 1024);
}

static void place_map(void)
{
	uint64_t size;

	if (!nr_pieces)
		panic("no usable RAM in the loader's memory map");
	frame_map_top = (uint32_t)(free_piece[nr_pieces - 1].end / PAGE_SIZE);
	size = (frame_map_top * sizeof(struct frame) + PAGE_SIZE - 1)
		& -PAGE_SIZE;
	frame_map = phys_to_virt(cut(size));
	memset(frame_map, 0, size);
}

/*
 * The largest blocks that fit, from the top down: the lists are last in first
 * out, so boot gets the lowest memory.
 */
static void add_piece(struct span p)
{
	while (p.start < p.end) {
		unsigned order = FRAME_ORDERS - 1;

		while (p.end & ((PAGE_SIZE << order) - 1) ||
		       p.end - p.start < PAGE_SIZE << order)
			order--;
		p.end -= PAGE_SIZE << order;
		buddy_add((uint32_t)(p.end / PAGE_SIZE), order);
	}
}

/* What the pieces have in [start, end). */
static void add_pieces(uint64_t start, uint64_t end)
{
	for (unsigned i = nr_pieces; i-- > 0; ) {
		struct span p = free_piece[i];

		p.start = p.start < start ? start : p.start;
		p.end = p.end > end ? end : p.end;
		add_piece(p);
	}
}

void frames_init(const struct boot_info *info, uint64_t kernel_start,
		 uint64_t kernel_end, uint64_t mapped_end)
{
	mapped = mapped_end;
	collect_busy(info, kernel_start, kernel_end);
	collect_pieces(info);
	place_map();
	add_pieces(0, mapped);
}

void frames_init_rest(void)
{
	struct frame_stats s;

	add_pieces(mapped, FRAMES_LIMIT);
	frame_statistics(&s);
	pr_info("memory: %lu MB free in %u pieces, %lu KB frame map",
		s.free * PAGE_SIZE >> 20, nr_pieces, s.map_bytes / 1024);
}
