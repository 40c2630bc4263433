/*
 * tests/sync/quarantine.c - a queue of poisoned objects.
 *
 * It takes no lock: CPUs that hand a lock over to each other, more of them than
 * the emulator's host has, would measure the host's scheduler.
 *
 * Ordering    [A] kept, graves: who puts an object in -> who takes it out.
 */
#include "tests/sync/quarantine.h"

#include "arch/atomic.h"
#include "kernel/mem.h"
#include "kernel/string.h"

#define KEPT	128
#define POISON	0xa5
#define LIVE	0x6576696c6576696cULL
#define FREED	0x6465657266656572ULL

struct object {
	struct atomic64 state;
	size_t size;
	struct object *after;		/* in graves */
	unsigned char body[] aligned_to(CACHE_LINE);
};

static struct atomic_ptr kept[KEPT];
static struct atomic_ptr graves;	/* what stays to the end */
static struct atomic32 next, live, faults;
static bool keeps_all;			/* changes while nobody is there */

/* there only if AddressSanitizer is linked */
void __asan_poison_memory_region(const void *at, size_t size)
	__attribute__((weak));
void __asan_unpoison_memory_region(const void *at, size_t size)
	__attribute__((weak));

static void leave(struct object *o)
{
	if (!o)
		return;
	if (__asan_unpoison_memory_region)
		__asan_unpoison_memory_region(o->body, o->size);
	for (size_t i = 0; i < o->size; i++) {
		if (o->body[i] != POISON) {
			fetch_add_relaxed(&faults, 1);
			break;
		}
	}
	mem_free(o);
}

/* The object goes in, an old one comes out. */
static struct object *swap(struct object *in)
{
	/* relaxed: drawing a place orders nothing */
	uint32_t at = fetch_add_relaxed(&next, 1);

	return xchg_acq_rel(&kept[at % KEPT], in);	/* [A] */
}

static void bury(struct object *o)
{
	void *first = load_acquire(&graves);		/* [A] */

	do
		o->after = first;
	while (!cas_acq_rel(&graves, &first, o));	/* [A] */
}

void quarantine_begin(void)
{
	/* relaxed, both: nobody else is there */
	store_relaxed(&live, 0);
	store_relaxed(&faults, 0);
	keeps_all = false;
}

void quarantine_keep_all(void)
{
	keeps_all = true;
}

void *quarantine_alloc(size_t size)
{
	size_t lines = (sizeof(struct object) + size + CACHE_LINE - 1) /
		       CACHE_LINE;
	struct object *o = mem_alloc(lines * CACHE_LINE);

	if (!o)
		return NULL;
	o->size = size;
	/* relaxed: the object is the caller's alone */
	store_relaxed(&o->state, LIVE);
	fetch_add_relaxed(&live, 1);	/* relaxed: a count */
	return o->body;
}

void quarantine_free(void *object)
{
	struct object *o = container_of(object, struct object, body);

	if (xchg_acq_rel(&o->state, FREED) != LIVE) {
		fetch_add_relaxed(&faults, 1);	/* relaxed: a count */
		return;
	}
	fetch_add_relaxed(&live, -1);		/* relaxed: a count */
	memset(o->body, POISON, o->size);
	if (keeps_all) {
		bury(o);
		return;
	}
	if (__asan_poison_memory_region)
		__asan_poison_memory_region(o->body, o->size);
	leave(swap(o));
}

bool quarantine_is_live(const void *object)
{
	const struct object *o = container_of(object, struct object, body);

	return load_acquire(&o->state) == LIVE;
}

unsigned quarantine_live(void)
{
	/* relaxed: the caller knows that nobody else is there */
	return load_relaxed(&live);
}

unsigned quarantine_end(void)
{
	struct object *o = xchg_acq_rel(&graves, NULL);	/* [A] */

	while (o) {
		struct object *after = o->after;

		leave(o);
		o = after;
	}
	for (unsigned i = 0; i < KEPT; i++)
		leave(swap(NULL));
	return load_relaxed(&faults);	/* relaxed: as above */
}
