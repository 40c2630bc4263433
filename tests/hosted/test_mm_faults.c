/*
 * tests/hosted/test_mm_faults.c - every misuse ends in a panic that tells.
 *
 * Each fault runs in a child process; its panic's message must name what it is,
 * the cache or the frame, and as many call sites as it can know.
 */
#include <string.h>

#include "arch/phys.h"
#include "mm/frame.h"
#include "mm/slab.h"
#include "mm/stack.h"
#include "mm/vmap.h"
#include "kernel/test.h"
#include "mm_world.h"

__attribute__((constructor(1000))) static void boot(void)
{
	world_boot();
}

static unsigned count(const char *text, const char *word)
{
	unsigned n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

/* A panic with all these words, and so many call sites that are not 0. */
static void expect(struct test *t, void (*fault)(void), const char *first,
		   const char *second, unsigned sites)
{
	const char *text = world_fault(fault);

	if (!check(t, text))
		return;
	check(t, strstr(text, first));
	check(t, strstr(text, second));
	/* %pS is the C library's %p and an S here */
	if (!check(t, count(text, "at 0x") == sites) || t->failed)
		test_note(t, "it said: %s", text);
}

static void frame_twice(void)
{
	uint64_t pa = frame_alloc(0);

	frame_free(pa, 0);
	frame_free(pa, 0);
}

static void frame_twice_merged(void)
{
	uint64_t pa = frame_alloc(3);

	frame_free(pa, 3);
	frame_free(pa, 3);
}

static void frame_wrong_order(void)
{
	frame_free(frame_alloc(2), 1);
}

static void frame_inside(void)
{
	frame_free(frame_alloc(2) + PAGE_SIZE, 0);
}

static void frame_foreign(void)
{
	frame_free(0x100000, 0);
}

static void frame_unaligned(void)
{
	frame_free(frame_alloc(0) + 8, 0);
}

static void frame_beyond(void)
{
	frame_free(1UL << 40, 0);
}

static void frame_of_slab(void)
{
	uint64_t pa = direct_to_phys(kmalloc(64));

	frame_free(pa & -PAGE_SIZE, 0);
}

TEST("mm/faults", test_frame_misuse_is_named)
{
	expect(t, frame_twice, "frame 0x", "freed twice", 3);
	expect(t, frame_twice_merged, "frame 0x", "freed twice", 3);
	expect(t, frame_wrong_order, "with order 1", "order 2 in use", 2);
	expect(t, frame_inside, "with order 0", "order 2 in use", 2);
	expect(t, frame_foreign, "0x100000", "not a frame of ours", 1);
	expect(t, frame_unaligned, "8 is", "not a frame of ours", 1);
	expect(t, frame_beyond, "0x10000000000", "not a frame of ours", 1);
	expect(t, frame_of_slab, "order 0", "in use", 2);
}

static void object_twice(void)
{
	void *p = kmalloc(64);

	kfree(p);
	kfree(p);
}

/* The size that was asked for is not the class's. */
static void odd_object_twice(void)
{
	void *p = kmalloc(50);

	kfree(p);
	kfree(p);
}

static void large_twice(void)
{
	void *p = kmalloc(20000);

	kfree(p);
	kfree(p);
}

TEST("mm/faults", test_double_free_is_named_with_three_sites)
{
	expect(t, object_twice, "kmalloc-64", "freed twice", 3);
	expect(t, odd_object_twice, "kmalloc-64", "freed twice", 3);
	expect(t, large_twice, "kmalloc", "freed twice", 3);
}

static void write_after_free_at(size_t offset)
{
	char *p = kmalloc(100);
	void *again[100];

	kfree(p);
	p[offset] = 1;
	for (unsigned i = 0; i < 100; i++)
		again[i] = kmalloc(100);
	for (unsigned i = 0; i < 100; i++)
		kfree(again[i]);
}

static void write_first_after_free(void)
{
	write_after_free_at(0);
}

static void write_last_after_free(void)
{
	write_after_free_at(127);
}

static void write_middle_after_free(void)
{
	write_after_free_at(77);
}

TEST("mm/faults", test_write_after_free_is_found_and_named)
{
	expect(t, write_first_after_free, "kmalloc-128", "after free at offset "
	       "0", 3);
	expect(t, write_middle_after_free, "kmalloc-128", "offset 77", 3);
	expect(t, write_last_after_free, "kmalloc-128", "offset 127", 3);
}

static void overrun_by_one(void)
{
	char *p = kmalloc(61);

	p[61] = 0;
	kfree(p);
}

static void overrun_class(void)
{
	char *p = kmalloc(64);

	memset(p, 0, 72);
	kfree(p);
}

/* The size itself is overwritten. */
static void overrun_tail(void)
{
	char *p = kmalloc(64);

	memset(p, 0xff, 80);
	kfree(p);
}

static void overrun_large(void)
{
	char *p = kmalloc(5000);

	p[5000] = 0;
	kfree(p);
}

/* The slot's padding separates it from the end of the slot's body. */
static void overrun_padding(void)
{
	char *p = kmalloc(100);

	p[100] = 0;
	kfree(p);
}

static void overrun_used_padding(void)
{
	kfree(kmalloc(100));
	overrun_padding();
}

static void overrun_last_byte(void)
{
	char *p = kmalloc(100);

	p[107] = 0;
	kfree(p);
}

TEST("mm/faults", test_overrun_is_found_and_named)
{
	expect(t, overrun_padding, "kmalloc-128", "100 bytes written", 2);
	expect(t, overrun_used_padding, "kmalloc-128", "100 bytes written", 2);
	expect(t, overrun_last_byte, "kmalloc-128", "100 bytes written", 2);
	expect(t, overrun_by_one, "kmalloc-64", "61 bytes written past", 2);
	expect(t, overrun_class, "kmalloc-64", "written past", 2);
	expect(t, overrun_tail, "kmalloc-64", "written past", 2);
	expect(t, overrun_large, "5000 bytes", "written past", 2);
}

static void free_inside(void)
{
	kfree(kmalloc(100));	/* so that it has been freed once */
	kfree((char *)kmalloc(100) + 16);
}

static void free_of_frame(void)
{
	kfree(phys_to_virt(frame_alloc(0)));
}

static void free_of_kernel(void)
{
	kfree(phys_to_virt(0x100000));
}

static void free_of_stack(void)
{
	int local = 0;

	kfree(&local);
}

static void free_slab_head(void)
{
	kfree((void *)((uintptr_t)kmalloc(100) & -PAGE_SIZE));
}

/* The slab has room for it, but nobody ever got it. */
static void free_before_alloc(void)
{
	struct cache *a = cache_create("apples", 64, 0);
	char *p = cache_alloc(a);

	cache_free(a, p + 96);		/* the next slot */
}

static void free_to_other_cache(void)
{
	struct cache *a = cache_create("apples", 64, 0);
	struct cache *b = cache_create("pears", 64, 0);

	cache_free(b, cache_alloc(a));
}

TEST("mm/faults", test_foreign_pointer_is_named)
{
	expect(t, free_inside, "kmalloc-128", "lies inside object", 3);
	expect(t, free_of_frame, "is no object", "frames allocated", 2);
	expect(t, free_of_kernel, "kfree", "ever handed out", 1);
	expect(t, free_of_stack, "kfree", "ever handed out", 1);
	expect(t, free_slab_head, "kmalloc-128", "slab's head", 1);
	expect(t, free_before_alloc, "apples", "never handed out", 1);
	expect(t, free_to_other_cache, "pears", "belongs to slab apples", 2);
}

static void stack_twice(void)
{
	void *top = stack_alloc();

	stack_free(top);
	stack_free(top);
}

static void stack_foreign(void)
{
	stack_free((char *)stack_alloc() - 64);
}

static void vmap_twice(void)
{
	void *p = vmap_alloc(3);

	vmap_free(p);
	vmap_free(p);
}

static void vmap_inside(void)
{
	vmap_free((char *)vmap_alloc(3) + PAGE_SIZE);
}

TEST("mm/faults", test_wrong_stack_or_range_is_named)
{
	expect(t, stack_twice, "stack_free", "no stack's top", 1);
	expect(t, stack_foreign, "stack_free", "no stack's top", 1);
	expect(t, vmap_twice, "vmap", "was not handed out", 1);
	expect(t, vmap_inside, "vmap", "was not handed out", 1);
}
