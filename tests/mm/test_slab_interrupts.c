/*
 * tests/mm/test_slab_interrupts.c - the heap and the frames in interrupts.
 *
 * Threads allocate and free on every CPU while interrupts that do the same
 * arrive in the middle of them.  An object that was handed out twice, or was
 * lost, shows in its stamp or in the cache's count.
 */
#include "arch/cpu.h"
#include "sched/call_function.h"
#include "mm/frame.h"
#include "mm/slab.h"
#include "kernel/string.h"
#include "kernel/test.h"
#include "tests/crew.h"

#define CALLS		20
#define BUSY		4	/* CPUs: they all share the host's few */
#define HELD		40	/* more than two magazines */

static struct cache *cache;
static struct atomic32 damaged, refused, calling, interrupts;

static void check_and_free(uint64_t *object)
{
	if (object[0] != (uintptr_t)object || object[5] != ~object[0])
		fetch_add_relaxed(&damaged, 1);	/* relaxed: read after all */
	object[0] = 0;
	cache_free(cache, object);
}

static uint64_t *alloc_and_stamp(void)
{
	uint64_t *object = cache_alloc(cache);

	if (!object) {
		fetch_add_relaxed(&refused, 1);	/* relaxed: read after all */
		return NULL;
	}
	object[0] = (uintptr_t)object;
	object[5] = ~object[0];
	return object;
}

/* Take some, give them back; in a thread and in an interrupt alike. */
static void take_and_give(unsigned n)
{
	uint64_t *held[HELD];
	uint64_t pa = frame_alloc(0);

	for (unsigned i = 0; i < n; i++)
		held[i] = alloc_and_stamp();
	for (unsigned i = 0; i < n; i++)
		if (held[i])
			check_and_free(held[i]);
	if (pa)
		frame_free(pa, 0);
}

static void in_interrupt(void *arg)
{
	(void)arg;
	/* relaxed: a count, read after all */
	fetch_add_relaxed(&interrupts, in_irq());
	take_and_give(HELD / 2);
}

static void play(unsigned member)
{
	if (member == 0) {
		for (unsigned i = 0; i < CALLS; i++)
			if (call_function(&cpus_online, in_interrupt, NULL,
					  true))
				fetch_add_relaxed(&refused, 1);	/* relaxed: as
								 * above */
		store_release(&calling, 0);
		return;
	}
	for (unsigned i = 0; load_acquire(&calling); i++)
		take_and_give(i % HELD);
}

TEST("mm/slab", test_slab_in_interrupts)
{
	unsigned n = crew_size() < BUSY ? crew_size() : BUSY;
	struct cache_stats s;

	if (crew_size() < 2) {
		test_skip(t, "it takes another CPU to interrupt one");
		return;
	}
	if (!cache)
		cache = cache_create("test-interrupts", 48, 0);
	if (!check(t, cache))
		return;
	store_relaxed(&damaged, 0);	/* relaxed: before the crew starts */
	store_relaxed(&refused, 0);	/* relaxed: as above */
	store_relaxed(&interrupts, 0);	/* relaxed: as above */
	store_relaxed(&calling, 1);	/* relaxed: as above */
	crew_run(n, play);
	check(t, load_relaxed(&damaged) == 0);	/* relaxed: crew has joined */
	check(t, load_relaxed(&refused) == 0);	/* relaxed: as above */
	/* relaxed: as above */
	check(t, load_relaxed(&interrupts) >= CALLS * (crew_size() - 1));
	for (unsigned i = 0; cache_statistics(i, &s); i++)
		if (!strcmp(s.name, "test-interrupts"))
			check(t, s.live == 0);
}
