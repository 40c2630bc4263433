/*
 * tests/mm/test_slab.c - each line of mm/slab.h's Guarantees but the panics
 * (tests/hosted/test_mm_faults.c, tests/host/test_faults.py).
 */
#include "arch/atomic.h"
#include "mm/frame.h"
#include "mm/frame_cache.h"
#include "mm/slab.h"
#include "kernel/mem.h"
#include "kernel/string.h"
#include "kernel/test.h"
#include "tests/crew.h"

#define OBJECTS		200
#define EXCHANGE	32
#define ROUNDS		4000
#define SPARE_FRAMES	128	/* that depots and other CPUs may keep */

struct piece {
	unsigned char *at;
	size_t size;
};

static struct piece pieces[OBJECTS];

static void fill(const struct piece *p)
{
	memset(p->at, (int)((uintptr_t)p->at >> 4 & 0xff), p->size);
}

static bool filled(const struct piece *p)
{
	for (size_t i = 0; i < p->size; i++)
		if (p->at[i] != ((uintptr_t)p->at >> 4 & 0xff))
			return false;
	return true;
}

/* Of one cache, that nobody else uses meanwhile. */
static uint64_t live_in(const char *name)
{
	struct cache_stats s;

	for (unsigned i = 0; cache_statistics(i, &s); i++)
		if (strcmp(s.name, name) == 0)
			return s.live;
	return UINT64_MAX;
}

static struct cache *typed(void)
{
	static struct cache *c;

	if (!c)
		c = cache_create("test-typed", 72, 256);
	return c;
}

static uint64_t all_free(void)
{
	struct frame_stats s;

	slab_drain_cpu();
	slab_reap();
	frame_caches_drain();
	frame_statistics(&s);
	return s.free + s.cached;
}

TEST("mm/slab", test_slab_every_size_is_aligned_and_its_own)
{
	unsigned n = 0;

	for (size_t size = 0; size <= 4200 && n < OBJECTS; size += 21 + n % 3) {
		struct piece *p = &pieces[n];

		*p = (struct piece){ kmalloc(size), size };
		if (!check(t, p->at))
			break;
		check(t, (uintptr_t)p->at % 16 == 0);
		fill(p);
		n++;
	}
	while (n--) {
		check(t, filled(&pieces[n]));
		kfree(pieces[n].at);
	}
}

TEST("mm/slab", test_slab_multiples_of_a_line_are_aligned_to_one)
{
	for (size_t size = CACHE_LINE; size <= 8192; size += CACHE_LINE) {
		void *p = kmalloc(size), *q = kmalloc(size);

		check(t, p && (uintptr_t)p % CACHE_LINE == 0);
		check(t, q && (uintptr_t)q % CACHE_LINE == 0);
		kfree(p);
		kfree(q);
	}
}

TEST("mm/slab", test_slab_zeroed_is_zero_after_use)
{
	for (size_t size = 1; size < 10000; size = size * 3 / 2 + 1) {
		unsigned char *p = kmalloc(size);
		size_t i = 0;

		if (!check(t, p))
			return;
		memset(p, 0xff, size);
		kfree(p);
		p = kzalloc(size);
		if (!check(t, p))
			return;
		while (i < size && !p[i])
			i++;
		check(t, i == size);
		kfree(p);
	}
}

TEST("mm/slab", test_mem_alloc_is_zeroed_and_keeps_to_its_lines)
{
	char *p = mem_alloc(2 * CACHE_LINE);

	if (!check(t, p))
		return;
	check(t, (uintptr_t)p % CACHE_LINE == 0);
	for (unsigned i = 0; i < 2 * CACHE_LINE; i++)
		check(t, !p[i]);
	mem_free(p);
	mem_free(NULL);
}

TEST("mm/slab", test_slab_large_sizes_up_to_the_limit)
{
	static const size_t sizes[] = { 4097, 8192 - 24, 8192 - 23, 65536,
					1 << 20, KMALLOC_MAX };

	for (unsigned i = 0; i < ARRAY_LEN(sizes); i++) {
		struct piece p = { kmalloc(sizes[i]), sizes[i] };

		if (!check(t, p.at))
			continue;
		p.at[0] = 1;
		p.at[p.size - 1] = 1;
		kfree(p.at);
	}
	check(t, kmalloc(KMALLOC_MAX + 1) == NULL);
	check(t, kmalloc(SIZE_MAX) == NULL);
	kfree(NULL);
}

/* Random sizes, lives and orders of freeing. */
TEST("mm/slab", test_slab_objects_keep_their_contents)
{
	memset(pieces, 0, sizeof(pieces));
	for (unsigned i = 0; i < 20000; i++) {
		struct piece *p = &pieces[test_random(t) % OBJECTS];

		if (p->at) {
			check(t, filled(p));
			kfree(p->at);
		}
		p->size = test_random(t) % 300;
		p->at = kmalloc(p->size);
		if (check(t, p->at))
			fill(p);
	}
	for (unsigned i = 0; i < OBJECTS; i++) {
		if (!pieces[i].at)
			continue;
		check(t, filled(&pieces[i]));
		kfree(pieces[i].at);
	}
}

struct link {
	struct link *next;
};

TEST("mm/slab", test_slab_exhaustion_is_null_and_gives_all_back)
{
	uint64_t free = all_free(), live = live_in("kmalloc-4096");
	struct link *all = NULL, *p;
	uint64_t n = 0;

	while ((p = kmalloc(4000))) {
		p->next = all;
		all = p;
		n++;
	}
	check(t, kmalloc(4000) == NULL);
	check(t, n >= free * 6 / 8);	/* of 8 frames, 7 objects */
	check(t, live_in("kmalloc-4096") == live + n);
	while (all) {
		p = all;
		all = p->next;
		kfree(p);
	}
	check(t, live_in("kmalloc-4096") == live);
	check(t, all_free() + SPARE_FRAMES >= free);
}

/* What the magazines and depots keep is bounded, however much was freed. */
TEST("mm/slab", test_slab_gives_freed_memory_back)
{
	uint64_t free = all_free();
	struct frame_stats s;
	struct link *all = NULL, *p;

	for (unsigned i = 0; i < 5000; i++) {
		p = kmalloc(1000);
		if (!check(t, p))
			break;
		p->next = all;
		all = p;
	}
	while (all) {
		p = all;
		all = p->next;
		kfree(p);
	}
	frame_statistics(&s);
	check(t, s.free + s.cached + SPARE_FRAMES >= free);
}

/* Holes in the slabs are filled before a new slab is made. */
TEST("mm/slab", test_slab_reuses_what_was_freed)
{
	struct cache_stats before, after;
	static void *objects[OBJECTS];
	unsigned index = 0;

	while (cache_statistics(index, &before) &&
	       strcmp(before.name, "kmalloc-3072"))
		index++;
	for (unsigned i = 0; i < OBJECTS; i++)
		check(t, (objects[i] = kmalloc(3000)));
	cache_statistics(index, &before);
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = round % 3; i < OBJECTS; i += 3)
			kfree(objects[i]);
		slab_drain_cpu();
		slab_reap();
		for (unsigned i = round % 3; i < OBJECTS; i += 3)
			check(t, (objects[i] = kmalloc(3000)));
	}
	cache_statistics(index, &after);
	/* the magazines of other CPUs may hold a few */
	check(t, after.slabs <= before.slabs + OBJECTS / 20);
	for (unsigned i = 0; i < OBJECTS; i++)
		kfree(objects[i]);
}

TEST("mm/slab", test_slab_typed_cache_keeps_its_alignment)
{
	if (!check(t, typed()))
		return;
	for (unsigned i = 0; i < OBJECTS; i++) {
		pieces[i] = (struct piece){ cache_alloc(typed()), 72 };
		if (!check(t, pieces[i].at))
			return;
		check(t, (uintptr_t)pieces[i].at % 256 == 0);
		fill(&pieces[i]);
	}
	check(t, live_in("test-typed") == OBJECTS);
	for (unsigned i = 0; i < OBJECTS; i++) {
		check(t, filled(&pieces[i]));
		if (i % 2)
			cache_free(typed(), pieces[i].at);
		else
			kfree(pieces[i].at);
	}
	check(t, live_in("test-typed") == 0);
}

/* Objects change hands here: whoever takes one checks and frees it. */
static struct atomic_ptr exchange[EXCHANGE];
static struct atomic32 damaged, refused;

static void take_over(uint64_t *object)
{
	if (!object)
		return;
	if (object[0] != (uintptr_t)object || object[7] != ~object[0])
		fetch_add_relaxed(&damaged, 1);	/* relaxed: read after all */
	object[0] = 0;
	kfree(object);
}

static void trade(unsigned member)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct atomic_ptr *slot =
			&exchange[(i * 7 + member) % EXCHANGE];
		uint64_t *object = cache_alloc(typed());

		if (!object) {
			/* relaxed: read when all have returned */
			fetch_add_relaxed(&refused, 1);
			continue;
		}
		object[0] = (uintptr_t)object;
		object[7] = ~object[0];
		take_over(xchg_acq_rel(slot, object));
		if (i % 64 == 0)
			slab_reap();
	}
}

TEST("mm/slab", test_slab_objects_freed_on_another_cpu)
{
	if (!check(t, typed()))
		return;
	store_relaxed(&damaged, 0);	/* relaxed: before the crew starts */
	store_relaxed(&refused, 0);	/* relaxed: as above */
	crew_run(crew_size(), trade);
	for (unsigned i = 0; i < EXCHANGE; i++)
		take_over(xchg_acq_rel(&exchange[i], NULL));
	check(t, load_relaxed(&damaged) == 0);	/* relaxed: crew has joined */
	check(t, load_relaxed(&refused) == 0);	/* relaxed: as above */
	check(t, live_in("test-typed") == 0);
}
