/*
 * tests/sync/test_hazard.c - each line of sync/hazard.h's Guarantees, and the
 * twins that break one.
 */
#include "sync/hazard.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "tests/crew.h"
#include "tests/dice.h"
#include "tests/sync/quarantine.h"

#define ROUNDS		3000
#define TWIN_ROUNDS	200000	/* it dies long before */

/* both words equal, but in what was freed */
struct thing {
	uint64_t left, right;
	struct hazard_node retired;
};

static struct hazard_domain domain;
static unsigned freed;

static void count_free(void *object)
{
	(void)object;
	freed++;
}

static void begin(void)
{
	hazard_init(&domain);
	freed = 0;
}

TEST("sync/hazard", test_hazard_keeps_what_any_slot_protects)
{
	struct thing thing;
	struct atomic_ptr shared = ATOMIC_PTR(&thing);

	begin();
	for (unsigned slot = 0; slot < HAZARD_SLOTS; slot++) {
		struct hazard *reader = hazard_join(&domain);
		struct hazard *owner = hazard_join(&domain);

		check(t, hazard_protect(reader, slot, &shared) == &thing);
		hazard_retire(owner, &thing.retired, &thing, count_free);
		hazard_scan(owner);
		check(t, freed == slot);
		hazard_clear(reader, slot);
		hazard_scan(owner);
		check(t, freed == slot + 1);
		hazard_leave(reader);
		hazard_leave(owner);
	}
	hazard_drain(&domain);
	check(t, freed == HAZARD_SLOTS);
}

TEST("sync/hazard", test_hazard_frees_all_but_what_is_protected)
{
	static struct thing many[1000];
	struct atomic_ptr shared = ATOMIC_PTR(&many[500]);
	struct hazard *still, *owner;
	unsigned most = 0;

	begin();
	still = hazard_join(&domain);
	owner = hazard_join(&domain);
	check(t, hazard_limit(&domain) == 2 * 2 * HAZARD_SLOTS);
	check(t, hazard_protect(still, 0, &shared) == &many[500]);
	hazard_set(still, 1, &many[501]);
	hazard_set(still, 2, &many[502]);
	for (unsigned i = 0; i < ARRAY_LEN(many); i++) {
		hazard_retire(owner, &many[i].retired, &many[i], count_free);
		if (i + 1 - freed > most)
			most = i + 1 - freed;
	}
	check(t, most <= hazard_limit(&domain));
	hazard_scan(owner);
	check(t, freed == ARRAY_LEN(many) - HAZARD_SLOTS);
	hazard_leave(owner);
	/* the next who comes finds what was left */
	check(t, hazard_join(&domain) == owner);
	hazard_leave(still);
	hazard_leave(owner);
	check(t, freed == ARRAY_LEN(many));
	hazard_drain(&domain);
}

TEST("sync/hazard", test_hazard_drain_frees_what_is_left)
{
	struct thing thing;
	struct atomic_ptr shared = ATOMIC_PTR(&thing);
	struct hazard *reader, *owner;

	begin();
	reader = hazard_join(&domain);
	owner = hazard_join(&domain);
	check(t, hazard_protect(reader, 0, &shared) == &thing);
	hazard_retire(owner, &thing.retired, &thing, count_free);
	hazard_leave(owner);
	check(t, freed == 0);
	hazard_leave(reader);
	hazard_drain(&domain);
	check(t, freed == 1);
}

/* --------------------------------------------------------------- torture */

struct hazard_ops {
	const char *name;
	void *(*protect)(struct hazard *h, unsigned slot,
			 const struct atomic_ptr *p);
	void (*retire)(struct hazard *h, struct hazard_node *node,
		       void *object, void (*free)(void *object));
};

static const struct hazard_ops right = {
	"hazard", hazard_protect, hazard_retire,
};

/* Twin: publishes, and does not look again. */
static void *look_once(struct hazard *h, unsigned slot,
		       const struct atomic_ptr *p)
{
	void *object = load_acquire(p);

	crew_yield();
	hazard_set(h, slot, object);
	return object;
}

/* Twin: looks again before it publishes. */
static void *look_before(struct hazard *h, unsigned slot,
			 const struct atomic_ptr *p)
{
	void *object;

	do
		object = load_acquire(p);
	while (load_acquire(p) != object);
	crew_yield();
	hazard_set(h, slot, object);
	return object;
}

/* Twin: frees what was unlinked, at once. */
static void free_at_once(struct hazard *h, struct hazard_node *node,
			 void *object, void (*free)(void *object))
{
	(void)h;
	(void)node;
	free(object);
}

static const struct hazard_ops twins[] = {
	{ "looks once", look_once, hazard_retire },
	{ "looks before it publishes", look_before, hazard_retire },
	{ "frees at once", hazard_protect, free_at_once },
};

static const struct hazard_ops *ops;
static struct atomic_ptr shared;
static struct atomic32 here, dead_seen, rounds_done;
static unsigned rounds;
static uint64_t seeds[NR_CPUS];

static struct thing *new_thing(uint64_t content)
{
	struct thing *thing = quarantine_alloc(sizeof(*thing));

	if (thing) {
		thing->left = content;
		thing->right = content;
	}
	return thing;
}

static void replace(struct hazard *h, struct dice *d)
{
	struct thing *new = new_thing(roll(d)), *old;

	if (!new)
		return;
	old = xchg_acq_rel(&shared, new);
	ops->retire(h, &old->retired, old, quarantine_free);
}

/* Asks whether it is alive before it touches it: a dead one's words agree. */
static void look(struct hazard *h, struct dice *d)
{
	struct thing *thing = ops->protect(h, roll(d) % HAZARD_SLOTS, &shared);
	bool dead = !quarantine_is_live(thing);

	if (one_in(d, 8))
		crew_yield();
	dead = dead || !quarantine_is_live(thing);
	if (dead || thing->left != thing->right)
		fetch_add_acq_rel(&dead_seen, 1);
}

static void look_and_replace(unsigned member)
{
	struct dice d = { seeds[member] };
	struct hazard *h = hazard_join(&domain);

	fetch_add_acq_rel(&here, 1);
	while (load_acquire(&here) < crew_size())
		cpu_relax();
	for (unsigned i = 0; i < rounds && !load_acquire(&dead_seen); i++) {
		if (one_in(&d, 2))
			replace(h, &d);
		else
			look(h, &d);
		fetch_add_relaxed(&rounds_done, 1);	/* relaxed: a count */
	}
	hazard_leave(h);
}

/* How many were seen dead. */
static unsigned torture(struct test *t, const struct hazard_ops *which,
			unsigned n)
{
	begin();
	quarantine_begin();
	if (which != &right)
		quarantine_keep_all();
	ops = which;
	rounds = n;
	/* relaxed, all: nobody else is there */
	store_relaxed(&here, 0);
	store_relaxed(&dead_seen, 0);
	store_relaxed(&rounds_done, 0);
	store_relaxed(&shared, new_thing(1));
	for (unsigned i = 0; i < crew_size(); i++)
		seeds[i] = test_random(t);
	crew_run(crew_size(), look_and_replace);
	quarantine_free(load_relaxed(&shared));
	hazard_drain(&domain);
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
	return load_relaxed(&dead_seen);
}

TEST("sync/hazard", test_hazard_nobody_sees_the_dead)
{
	check(t, torture(t, &right, ROUNDS) == 0);
	check(t, load_acquire(&rounds_done) == ROUNDS * crew_size());
}

TEST("sync/hazard", test_hazard_twins_show_the_dead)
{
	if (crew_size() < 2 || crew_is_watched()) {
		test_skip(t, "needs two CPUs, and nobody who stops a race");
		return;
	}
	for (unsigned i = 0; i < ARRAY_LEN(twins); i++)
		if (!check(t, torture(t, &twins[i], TWIN_ROUNDS) > 0))
			test_note(t, "%s", twins[i].name);
}
