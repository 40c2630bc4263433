/*
 * kernel/shell/cmd_mem.c - mem and slabs: where the memory is.
 */
#include "kernel/config.h"
#include "kernel/console.h"
#include "kernel/shell/shell.h"
#include "mm/frame.h"
#include "mm/slab.h"
#include "mm/stack.h"
#include "mm/tlb.h"
#include "mm/vmap.h"

static unsigned long kilobytes(uint64_t frames)
{
	return frames * PAGE_SIZE / 1024;
}

static void say_blocks(const struct frame_stats *s)
{
	console_printf("Free blocks by size:\n ");
	for (unsigned o = 0; o < FRAME_ORDERS; o++) {
		unsigned long kb = PAGE_SIZE << o >> 10;

		if (o == FRAME_ORDERS / 2 + 1)
			console_printf("\n ");
		console_printf(" %lu%s x %lu", kb < 1024 ? kb : kb / 1024,
			       kb < 1024 ? "K" : "M", s->blocks[o]);
	}
	console_printf("\n");
}

static uint64_t heap_frames(void)
{
	struct cache_stats c;
	uint64_t frames = 0;

	for (unsigned i = 0; cache_statistics(i, &c); i++)
		frames += c.frames;
	return frames;
}

static int cmd_mem(int argc, char **argv)
{
	struct frame_stats s;
	struct vmap_stats v;

	(void)argc;
	(void)argv;
	frame_statistics(&s);
	vmap_statistics(&v);
	console_printf("Memory  %10lu KB, managed in frames of %lu KB\n",
		       kilobytes(s.managed), PAGE_SIZE / 1024);
	console_printf("  free  %10lu KB\n", kilobytes(s.free));
	console_printf("  cached%10lu KB free, kept by the CPUs\n",
		       kilobytes(s.cached));
	console_printf("  low   %10lu KB free below 1 MB\n",
		       kilobytes(s.low_free));
	console_printf("  heap  %10lu KB in slabs (see slabs)\n",
		       kilobytes(heap_frames()));
	console_printf("  stacks%10lu KB, %lu of them\n",
		       stack_count() * STACK_SIZE / 1024, stack_count());
	console_printf("  mapped%10lu KB in %lu ranges: per-CPU areas, "
		       "devices\n", kilobytes(v.pages), v.ranges);
	console_printf("The frame map takes %lu KB more.  CPUs asked others to "
		       "flush %lu times.\n", s.map_bytes / 1024,
		       tlb_shootdowns());
	say_blocks(&s);
	return 0;
}

static int cmd_slabs(int argc, char **argv)
{
	struct cache_stats c;

	(void)argc;
	(void)argv;
	console_printf("%-20s %6s %6s %9s %9s %7s %9s\n", "cache", "size",
		       "slot", "in use", "room for", "slabs", "KB");
	for (unsigned i = 0; cache_statistics(i, &c); i++)
		if (c.slabs)
			console_printf("%-20s %6zu %6zu %9lu %9lu %7lu %9lu\n",
				       c.name, c.size, c.slot, c.live,
				       c.objects, c.slabs, kilobytes(c.frames));
	return 0;
}

COMMAND("mem", "", "how much memory is free, and where the rest is", cmd_mem);
COMMAND("slabs", "", "the heap's caches and what they hold", cmd_slabs);
