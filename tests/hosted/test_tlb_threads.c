/*
 * tests/hosted/test_tlb_threads.c - mm/tlb.c's protocol with pretended TLBs.
 *
 * Each thread is a CPU with a TLB of its own (mm_world.c).  Every page of the
 * arena bears its own address as its frame's first word, as long as it is
 * mapped; owners unmap their pages, which frees the frames, and map others.  A
 * CPU that still uses an old translation reads a frame that has another owner.
 */
#include <sched.h>

#include "arch/cpu.h"
#include "arch/phys.h"
#include "mm/frame.h"
#include "mm/frame_map.h"
#include "mm/space.h"
#include "mm/tlb.h"
#include "mm/vmap.h"
#include "kernel/errno.h"
#include "kernel/test.h"
#include "mm_world.h"
#include "tests/crew.h"

#define PAGES		48	/* of each member; some runs exceed TLB_PAGES_MAX */
#define ROUNDS		60

#define SOMEBODY	1	/* no page's address */

static uintptr_t pages[64];	/* where each member's pages begin */
static struct atomic32 stale, failures, finished;

static uint64_t *word_at(uint64_t pa)
{
	return phys_to_virt(pa);
}

/* One access, as a processor makes it. */
static void read_one(uintptr_t va)
{
	uint64_t pa = world_translate(va);

	if (pa && *word_at(pa) != va)
		fetch_add_relaxed(&stale, 1);	/* relaxed: read after all */
}

/*
 * Somebody else gets the frames that were freed, writes to them, and keeps them
 * until next time; so the pages get others.
 */
static void take_and_write(unsigned member, unsigned n)
{
	static uint64_t held[64][PAGES];
	uint64_t taken[PAGES] = { 0 };

	for (unsigned i = 0; i < n; i++) {
		taken[i] = frame_alloc(0);	/* what was freed last */
		if (taken[i])
			*word_at(taken[i]) = SOMEBODY;
	}
	for (unsigned i = 0; i < PAGES; i++) {
		if (held[member][i])
			frame_free(held[member][i], 0);
		held[member][i] = taken[i];
	}
}

static bool map_one(uintptr_t va)
{
	uint64_t pa = frame_alloc(0);

	if (!pa)
		return false;
	*word_at(pa) = va;
	return !space_map(&kernel_space, va, pa, 1, PROT_W);
}

static void remap_own(unsigned member, unsigned first, unsigned n)
{
	uintptr_t va = pages[member] + first * PAGE_SIZE;

	space_free(&kernel_space, va, n);
	take_and_write(member, n);
	for (unsigned i = 0; i < n; i++)
		if (!map_one(va + i * PAGE_SIZE))
			fetch_add_relaxed(&failures, 1); /* relaxed: as above */
}

static void play(unsigned member)
{
	unsigned n = crew_size();

	space_join(&kernel_space);
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned first = round * 5 % PAGES;
		unsigned run = round % 16 ? 1 + round % 3 : PAGES;

		if (first + run > PAGES)
			first = PAGES - run;
		remap_own(member, first, run);
		sched_yield();	/* or one would be done before others begin */
		/* interrupts come in only now and then, as if masked between */
		for (unsigned i = 0; i < 4 * PAGES; i++) {
			read_one(pages[(member + 1 + i / PAGES) % n] +
				 (i * 11 + round) % PAGES * PAGE_SIZE);
			if (i % PAGES == PAGES - 1)
				world_interrupts();
		}
	}
	/* relaxed: only that all come to their end counts */
	fetch_add_relaxed(&finished, 1);
	while (load_relaxed(&finished) < n) {	/* relaxed: as above */
		world_interrupts();	/* others may still ask us */
		cpu_relax();
	}
}

TEST("mm/tlb", test_no_cpu_uses_a_frame_that_was_freed)
{
	unsigned n = crew_size();

	for (unsigned m = 0; m < n; m++) {
		pages[m] = vmap_reserve(PAGES);
		for (unsigned i = 0; i < PAGES; i++)
			check(t, map_one(pages[m] + i * PAGE_SIZE));
	}
	/* relaxed: before the crew starts */
	store_relaxed(&stale, 0);
	store_relaxed(&failures, 0);	/* relaxed: as above */
	store_relaxed(&finished, 0);	/* relaxed: as above */
	crew_run(n, play);
	check(t, load_relaxed(&stale) == 0);	/* relaxed: crew has joined */
	check(t, load_relaxed(&failures) == 0);	/* relaxed: as above */
	check(t, tlb_shootdowns() > 0);
	cpumask_zero(&kernel_space.cpus);
	space_join(&kernel_space);
	for (unsigned m = 0; m < n; m++) {
		space_free(&kernel_space, pages[m], PAGES);
		vmap_release(pages[m]);
	}
}

/* Member 1 has joined; member 0 has freed.  What member 1 saw when asked. */
static struct atomic32 joined, freed;
static void *page;
static bool frame_was_kept, address_was_kept;

/* The other frees, and waits for us: we have been asked, and not answered. */
static void look_before_answering(uint64_t pa)
{
	uintptr_t va;

	/* ended by the interrupt that member 0 sends */
	while (!world_is_interrupted())
		cpu_relax();
	/* relaxed: its owner waits for us */
	frame_was_kept = frame_state_kind(load_relaxed(
		&frame_find(pa)->state)) == FRAME_USED;
	va = vmap_reserve(1);
	address_was_kept = va != (uintptr_t)page;
	vmap_release(va);
	/* ended by member 0, which may ask again */
	while (!load_acquire(&freed)) {
		world_interrupts();
		cpu_relax();
	}
}

static void free_under_another(unsigned member)
{
	uint64_t pa = world_translate((uintptr_t)page);

	space_join(&kernel_space);
	if (member) {
		store_release(&joined, 1);
		look_before_answering(pa);
		return;
	}
	/* ended by member 1 */
	while (!load_acquire(&joined))
		cpu_relax();
	vmap_free(page);
	store_release(&freed, 1);
}

TEST("mm/tlb", test_what_is_freed_is_kept_until_all_have_answered)
{
	if (crew_size() < 2) {
		test_skip(t, "needs two CPUs");
		return;
	}
	/* relaxed: before the crew starts */
	store_relaxed(&joined, 0);
	store_relaxed(&freed, 0);	/* relaxed: as above */
	page = vmap_alloc(1);
	if (!check(t, page))
		return;
	crew_run(2, free_under_another);
	check(t, frame_was_kept);
	check(t, address_was_kept);
	cpumask_zero(&kernel_space.cpus);
	space_join(&kernel_space);
}
