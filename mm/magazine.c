/*
 * mm/magazine.c - each CPU's own objects, by the magazine.
 *
 * Invariant   A magazine belongs to one CPU's pair for one cache (touched only
 *             by that CPU with interrupts masked) or to the cache's depot
 *             (depot_lock).  Depot magazines are full or empty; `loaded` is
 *             anything; `previous` is full or empty or missing.  So whatever
 *             the order of allocations and frees, MAGAZINE_ROUNDS of them at
 *             least lie between two visits to the depot.
 *             Magazines themselves come from a cache that has no magazines.
 * Ordering    depot_lock hands a full magazine, and by it its objects, from the
 *             CPU that freed them to the CPU that allocates them.
 * References  Bonwick and Adams, Magazines and Vmem, USENIX 2001, section 3.
 *             Different: an empty CPU fills half a magazine from the slabs at
 *             once; the depot keeps DEPOT_MAX full magazines instead of a
 *             working-set estimate, and magazines have one size.
 */
#include "mm/magazine.h"

#include "arch/cpu.h"
#include "kernel/assert.h"

#define DEPOT_MAX	8	/* full magazines a cache may set aside */

PERCPU(struct magazine_pairs, magazine_pairs);
static struct cache *magazines;

void magazines_init(void)
{
	magazines = cache_create("magazine", sizeof(struct magazine), 0);
	assert(magazines);
}

/* Straight from the slabs: nobody checks these objects. */
static struct magazine *magazine_create(void)
{
	void *m;

	return slab_take(magazines, &m, 1) ? m : NULL;
}

static void magazine_destroy(struct magazine *m)
{
	void *object = m;

	slab_give(magazines, &object, 1);
}

static struct magazine *depot_pop(struct cache *c, struct magazine **list)
{
	uint64_t was = spin_lock_irqsave(&c->depot_lock);
	struct magazine *m = *list;

	if (m) {
		*list = m->next;
		if (list == &c->depot_full)
			c->nr_depot_full--;
	}
	spin_unlock_irqrestore(&c->depot_lock, was);
	return m;
}

static void depot_push_empty(struct cache *c, struct magazine *m)
{
	uint64_t was = spin_lock_irqsave(&c->depot_lock);

	m->next = c->depot_empty;
	c->depot_empty = m;
	spin_unlock_irqrestore(&c->depot_lock, was);
}

/* False: the depot has enough of them. */
static bool depot_push_full(struct cache *c, struct magazine *m)
{
	uint64_t was = spin_lock_irqsave(&c->depot_lock);
	bool room = c->nr_depot_full < DEPOT_MAX;

	if (room) {
		m->next = c->depot_full;
		c->depot_full = m;
		c->nr_depot_full++;
	}
	spin_unlock_irqrestore(&c->depot_lock, was);
	return room;
}

/* relaxed throughout: this CPU's own, others only read them for statistics */
static uint32_t rounds(struct magazine_pair *p)
{
	return load_relaxed(&p->rounds);	/* relaxed: as above */
}

static uint32_t previous_rounds(struct magazine_pair *p)
{
	return load_relaxed(&p->previous_rounds);	/* relaxed: as above */
}

static void pair_load(struct magazine_pair *p, struct magazine *m, uint32_t n)
{
	p->loaded = m;
	p->capacity = m ? MAGAZINE_ROUNDS : 0;
	store_relaxed(&p->rounds, n);	/* relaxed: as above */
}

static void pair_set_previous(struct magazine_pair *p, struct magazine *m,
			      uint32_t n)
{
	p->previous = m;
	store_relaxed(&p->previous_rounds, n);	/* relaxed: as above */
}

/* m, of n rounds, becomes the loaded one, and the loaded the previous. */
static void pair_shift(struct magazine_pair *p, struct magazine *m, uint32_t n)
{
	pair_set_previous(p, p->loaded, rounds(p));
	pair_load(p, m, n);
}

/* loaded is empty or missing: make it hold something, if there is memory. */
static void pair_fill(struct cache *c, struct magazine_pair *p)
{
	struct magazine *m;

	if (previous_rounds(p)) {
		pair_shift(p, p->previous, previous_rounds(p));
		return;
	}
	m = depot_pop(c, &c->depot_full);
	if (m) {
		if (p->previous)
			depot_push_empty(c, p->previous);
		pair_shift(p, m, MAGAZINE_ROUNDS);
		return;
	}
	if (!p->loaded)
		pair_load(p, magazine_create(), 0);
	if (p->loaded)
		pair_load(p, p->loaded, slab_take(c, p->loaded->round,
						  MAGAZINE_ROUNDS / 2));
}

/* The depot takes the previous one, which is full, or the slabs its objects. */
static void retire_full(struct cache *c, struct magazine *m)
{
	if (depot_push_full(c, m))
		return;
	slab_give(c, m->round, MAGAZINE_ROUNDS);
	depot_push_empty(c, m);
}

/* loaded is full or missing: make room in it, if there is memory. */
static void pair_room(struct cache *c, struct magazine_pair *p)
{
	struct magazine *m;

	if (p->previous && !previous_rounds(p)) {
		pair_shift(p, p->previous, 0);
		return;
	}
	m = depot_pop(c, &c->depot_empty);
	if (!m)
		m = magazine_create();
	if (!m)
		return;
	if (p->previous)
		retire_full(c, p->previous);
	pair_shift(p, m, 0);
}

void *magazine_alloc_slow(struct cache *c, uint64_t was)
{
	struct magazine_pair *p = magazine_pair(c);
	void *object = NULL;

	pair_fill(c, p);
	if (rounds(p)) {
		pair_load(p, p->loaded, rounds(p) - 1);
		object = p->loaded->round[rounds(p)];
	} else if (!slab_take(c, &object, 1)) {
		object = NULL;
	}
	irq_restore(was);
	return object;
}

void magazine_free_slow(struct cache *c, void *object, uint64_t was)
{
	struct magazine_pair *p = magazine_pair(c);

	pair_room(c, p);
	if (rounds(p) < p->capacity) {
		p->loaded->round[rounds(p)] = object;
		pair_load(p, p->loaded, rounds(p) + 1);
	} else {
		slab_give(c, &object, 1);
	}
	irq_restore(was);
}

bool magazine_reap(struct cache *c)
{
	struct magazine *m;
	bool any = false;

	/* ends: CPUs that refill the depot meanwhile give memory back too */
	while ((m = depot_pop(c, &c->depot_full))) {
		slab_give(c, m->round, MAGAZINE_ROUNDS);
		magazine_destroy(m);
		any = true;
	}
	while ((m = depot_pop(c, &c->depot_empty)))
		magazine_destroy(m);
	any |= slab_trim(c, 0);
	any |= slab_trim(magazines, 0);
	return any;
}

static void drain_one(struct cache *c, struct magazine *m, uint32_t n)
{
	if (!m)
		return;
	slab_give(c, m->round, n);
	magazine_destroy(m);
}

void magazine_drain(struct cache *c)
{
	uint64_t was = irq_save();
	struct magazine_pair *p = magazine_pair(c);

	drain_one(c, p->loaded, rounds(p));
	drain_one(c, p->previous, previous_rounds(p));
	pair_load(p, NULL, 0);
	pair_set_previous(p, NULL, 0);
	irq_restore(was);
}

static uint64_t depot_held(const struct cache *c)
{
	return (uint64_t)c->nr_depot_full * MAGAZINE_ROUNDS;
}

uint64_t magazine_held(const struct cache *c)
{
	uint64_t held = depot_held(c);

	cpumask_for_each(cpu, &cpus_possible) {
		struct magazine_pair *p = (struct magazine_pair *)
			((char *)per_cpu_ptr(&magazine_pairs, cpu) + c->pair);

		held += rounds(p) + previous_rounds(p);
	}
	return held;
}
