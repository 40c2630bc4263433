/*
 * tests/mm/test_frame.c - each line of mm/frame.h's Guarantees but the panics
 * (tests/hosted/test_mm_faults.c) and the memory map (test_frame_boot.c).
 */
#include "arch/phys.h"
#include "mm/frame.h"
#include "mm/frame_cache.h"
#include "mm/frame_map.h"
#include "mm/slab.h"
#include "kernel/test.h"
#include "tests/crew.h"

#define BLOCKS		64
#define EXCHANGE	32
#define ROUNDS		3000
#define CREW_FRAMES	64	/* that threads and their stacks may take */

struct block {
	uint64_t pa;
	unsigned order;
};

static struct block blocks[BLOCKS];

/* A word that belongs to this frame alone, at both of its ends. */
static void stamp(uint64_t pa, unsigned order, uint64_t word)
{
	for (uint64_t i = 0; i < 1u << order; i++) {
		uint64_t *frame = phys_to_virt(pa + i * PAGE_SIZE);

		frame[0] = word + i;
		frame[PAGE_SIZE / 8 - 1] = ~(word + i);
	}
}

static bool stamped(uint64_t pa, unsigned order, uint64_t word)
{
	for (uint64_t i = 0; i < 1u << order; i++) {
		uint64_t *frame = phys_to_virt(pa + i * PAGE_SIZE);

		if (frame[0] != word + i ||
		    frame[PAGE_SIZE / 8 - 1] != ~(word + i))
			return false;
	}
	return true;
}

/* Everything that is free, wherever it is kept. */
static uint64_t all_free(void)
{
	struct frame_stats s;

	slab_reap();
	frame_caches_drain();
	frame_statistics(&s);
	return s.free + s.cached;
}

TEST("mm/frame", test_frame_blocks_are_aligned_and_apart)
{
	for (unsigned i = 0; i < BLOCKS; i++) {
		struct block *b = &blocks[i];

		b->order = (unsigned)(test_random(t) % 6);
		b->pa = frame_alloc(b->order);
		if (!check(t, b->pa))
			return;
		check(t, b->pa % (PAGE_SIZE << b->order) == 0);
		check(t, b->pa >= 0x100000);
		stamp(b->pa, b->order, b->pa);
	}
	for (unsigned i = 0; i < BLOCKS; i++) {
		check(t, stamped(blocks[i].pa, blocks[i].order, blocks[i].pa));
		frame_free(blocks[i].pa, blocks[i].order);
	}
}

TEST("mm/frame", test_frame_every_order_can_be_had)
{
	for (unsigned order = 0; order < FRAME_ORDERS; order++) {
		uint64_t pa = frame_alloc(order);

		if (check(t, pa))
			frame_free(pa, order);
	}
}

/* Take everything in single frames; how many these were. */
static uint64_t take_all(struct test *t, struct frame_list *all)
{
	uint64_t n = 0, pa;

	while ((pa = frame_alloc(0))) {
		check(t, pa >= 0x100000);
		frame_list_push(all, pa);
		n++;
	}
	return n;
}

TEST("mm/frame", test_frame_exhaustion_is_zero_and_gives_all_back)
{
	struct frame_list all = { 0 };
	struct frame_stats before, after;
	uint64_t free = all_free();

	frame_statistics(&before);
	check(t, take_all(t, &all) + CREW_FRAMES >= free);
	check(t, frame_alloc(0) == 0);
	check(t, frame_alloc(FRAME_ORDERS - 1) == 0);
	check(t, kmalloc(KMALLOC_MAX) == NULL);
	frame_list_free(&all);
	check(t, all_free() + CREW_FRAMES >= free);
	frame_statistics(&after);
	/* buddies merged: the large blocks are there again, but for a few in
	 * which a thread took or gave back a frame meanwhile */
	check(t, after.blocks[FRAME_ORDERS - 1] + 2 >=
		 before.blocks[FRAME_ORDERS - 1]);
}

/* More than a CPU's cache takes, so that it is left full. */
static void fill_cache(unsigned member)
{
	struct frame_list some = { 0 };

	(void)member;
	for (unsigned i = 0; i < 50; i++) {
		uint64_t pa = frame_alloc(0);

		if (pa)
			frame_list_push(&some, pa);
	}
	frame_list_free(&some);
}

TEST("mm/frame", test_frame_caches_of_all_cpus_are_found)
{
	struct frame_list all = { 0 };
	struct frame_stats s;

	crew_run(crew_size(), fill_cache);
	while (slab_reap())	/* nothing but the frame caches in reserve */
		;
	fill_cache(0);
	frame_statistics(&s);
	check(t, s.cached >= 16 * crew_size());
	check(t, take_all(t, &all) + s.cached / 4 >= s.free + s.cached);
	frame_list_free(&all);
}

TEST("mm/frame", test_frame_reserves_of_the_heap_are_found)
{
	void *objects[200];
	struct frame_list all = { 0 };
	uint64_t free = all_free();

	for (unsigned i = 0; i < ARRAY_LEN(objects); i++)
		objects[i] = kmalloc(4000);
	for (unsigned i = 0; i < ARRAY_LEN(objects); i++)
		kfree(objects[i]);
	/* the depot would keep 140 frames, this CPU's magazines 50 */
	check(t, take_all(t, &all) + 100 >= free);
	frame_list_free(&all);
}

TEST("mm/frame", test_frame_low_memory_is_kept_apart)
{
	struct frame_stats before, after;
	uint64_t pa;

	frame_statistics(&before);
	pa = frame_alloc_low();
	check(t, !pa == !before.low_free);
	if (!pa) {
		test_skip(t, "this machine has no free memory below 1 MB");
		return;
	}
	check(t, pa < 0x100000);
	frame_statistics(&after);
	check(t, after.low_free == before.low_free - 1);
	frame_free(pa, 0);
	frame_statistics(&after);
	check(t, after.low_free == before.low_free);
}

TEST("mm/frame", test_frame_zeroed_is_zero)
{
	uint64_t pa = frame_alloc(0);
	uint64_t *words;

	if (!check(t, pa))
		return;
	stamp(pa, 0, ~0ULL);
	frame_free(pa, 0);
	pa = frame_alloc_zeroed();	/* the same one, by this CPU's cache */
	if (!check(t, pa))
		return;
	words = phys_to_virt(pa);
	for (unsigned i = 0; i < PAGE_SIZE / 8; i++)
		if (!check(t, !words[i]))
			break;
	frame_free(pa, 0);
}

/* Frames change hands here: whoever takes one checks and frees it. */
static struct atomic64 exchange[EXCHANGE];
static struct atomic32 damaged, refused;

static void take_over(uint64_t pa)
{
	if (!pa)
		return;
	if (!stamped(pa, 0, pa))
		fetch_add_relaxed(&damaged, 1);	/* relaxed: read after all */
	stamp(pa, 0, 0);
	frame_free(pa, 0);
}

static void trade(unsigned member)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct atomic64 *slot = &exchange[(i * 7 + member) % EXCHANGE];
		uint64_t pa = frame_alloc(0);

		if (!pa) {
			/* relaxed: read when all have returned */
			fetch_add_relaxed(&refused, 1);
			continue;
		}
		stamp(pa, 0, pa);
		take_over(xchg_acq_rel(slot, pa));
	}
}

TEST("mm/frame", test_frame_freed_on_another_cpu)
{
	uint64_t free = all_free();

	store_relaxed(&damaged, 0);	/* relaxed: before the crew starts */
	store_relaxed(&refused, 0);	/* relaxed: as above */
	crew_run(crew_size(), trade);
	for (unsigned i = 0; i < EXCHANGE; i++)
		take_over(xchg_acq_rel(&exchange[i], 0));
	check(t, load_relaxed(&damaged) == 0);	/* relaxed: crew has joined */
	check(t, load_relaxed(&refused) == 0);	/* relaxed: as above */
	check(t, all_free() + CREW_FRAMES >= free);
}

/* Member 0 takes what lies in the caches of the others, while they use them. */
static void take_and_give_back(unsigned member)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t pa[4];

		if (!member && i % 4 == 0)
			frame_caches_drain();
		for (unsigned k = 0; k < ARRAY_LEN(pa); k++) {
			pa[k] = frame_alloc(0);
			if (pa[k])
				stamp(pa[k], 0, member + 1);
		}
		for (unsigned k = 0; k < ARRAY_LEN(pa); k++) {
			if (!pa[k])
				continue;
			if (!stamped(pa[k], 0, member + 1))
				/* relaxed: a count */
				fetch_add_relaxed(&damaged, 1);
			frame_free(pa[k], 0);
		}
	}
}

TEST("mm/frame", test_frame_caches_are_drained_under_their_owners)
{
	uint64_t free = all_free();

	store_relaxed(&damaged, 0);	/* relaxed: before the crew starts */
	crew_run(crew_size(), take_and_give_back);
	check(t, load_relaxed(&damaged) == 0);	/* relaxed: crew has joined */
	check(t, all_free() + CREW_FRAMES >= free);
}
