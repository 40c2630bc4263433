/*
 * tests/mm/test_mem.c - the memory seam's body in the kernel.
 */
#include "kernel/mem.h"

#include "kernel/test.h"
#include "mm/frame.h"
#include "mm/object.h"
#include "mm/site.h"
#include "mm/slab.h"

#define SIZE	65536
#define MANY	200

static uint64_t frames_left(void)
{
	struct frame_stats s;

	frame_statistics(&s);
	return s.free + s.cached;
}

TEST("mm/mem", test_mem_alloc_without_memory_is_null)
{
	check(t, !mem_alloc(KMALLOC_MAX + 1));
}

TEST("mm/mem", test_mem_free_gives_back)
{
	uint64_t before = frames_left();

	for (unsigned i = 0; i < MANY; i++) {
		void *p = mem_alloc(SIZE);

		if (!check(t, p))
			return;
		mem_free(p);
	}
	/* others take some meanwhile, but not a quarter of it */
	check(t, frames_left() + MANY / 4 * (SIZE / PAGE_SIZE) > before);
}

static never_inline void *allocate_here(void)
{
	void *p = mem_alloc(64);

	/* not a jump: the call returns to here */
	__asm__ volatile("" : "+r"(p));
	return p;
}

TEST("mm/mem", test_mem_alloc_notes_who_called)
{
	char *p = allocate_here();
	struct object_tail *tail = (struct object_tail *)(p + 64 + RED_SIZE);
	uintptr_t here = (uintptr_t)allocate_here;
	uintptr_t site;

	if (!check(t, p))
		return;
	site = (uintptr_t)site_address(tail->alloc_site);
	check(t, site > here && site < here + 128);
	mem_free(p);
}
