/*
 * kernel/shell/demo_routes.c - a million lookups in a cache of routes, while
 * routes change and the table grows and shrinks.
 *
 * One CPU changes, the others look.  First with a table that resizes by moving
 * each route to its new bucket: a reader who stands in it is led away, and one
 * who comes finds the bucket empty.  Then with sync/rcu_hash.c.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/mem.h"
#include "kernel/shell/demo.h"
#include "kernel/shell/demo_crew.h"
#include "sync/rcu_hash.h"

#define LOOKUPS		1000000u
#define ROUTES		256u
#define AT_ONCE		64u	/* lookups between two looks at the clock */
#define RESIZE_EVERY	64u	/* changes */
#define SMALL		4u	/* bits of the table's two sizes */
#define LARGE		8u
#define CACHE_MISS	20u	/* about, as cpu_delay() counts */
#define LONGEST_MS	60000

struct route {
	struct rcu_hash_node node;	/* key: the destination */
	uint64_t gateway;
	uint64_t interface;		/* the gateway's, or it is torn */
	struct rcu_head head;
};

static struct route *route[ROUTES];	/* the updater's, by destination */
static struct rcu_hash cache;
static unsigned lookups_each;
static struct atomic32 reading;		/* members that still look */

static const struct kind {
	const char *name;
	struct rcu_hash_node *(*find)(uint64_t key);
	void (*replace)(struct route *old, struct route *now);
	bool (*resize)(unsigned bits);
} *kind;

static uint64_t interface_of(uint64_t gateway)
{
	return ~gateway * 3;
}

/* --------------------------------------------------- moved, with one link */

static struct rcu_chain small[1u << SMALL], large[1u << LARGE];
static struct atomic32 is_large;

static struct rcu_chain *bucket_of(bool in_large, uint64_t key)
{
	return in_large ? &large[key % (1u << LARGE)]
			: &small[key % (1u << SMALL)];
}

/* relaxed, everywhere: this is the one that goes wrong */
static struct rcu_hash_node *moved_find(uint64_t key)
{
	bool in_large = load_relaxed(&is_large);	/* relaxed: above */

	rcu_chain_for_each(link, bucket_of(in_large, key)) {
		struct rcu_hash_node *node =
			container_of(link, struct rcu_hash_node, link[0]);

		if (node->key == key)
			return node;
	}
	return NULL;
}

static void moved_replace(struct route *old, struct route *now)
{
	now->node.key = old->node.key;
	rcu_chain_replace(&old->node.link[0], &now->node.link[0]);
}

static bool moved_resize(unsigned bits)
{
	bool to_large = bits == LARGE;

	for (unsigned i = 0; i < ROUTES; i++) {
		struct rcu_link *link = &route[i]->node.link[0];

		rcu_chain_del(link);
		rcu_chain_add(bucket_of(to_large, i), link);
		cpu_delay(CACHE_MISS);
	}
	store_relaxed(&is_large, to_large);	/* relaxed: above */
	return true;
}

/* ----------------------------------------------------- the one that works */

static struct rcu_hash_node *hash_find(uint64_t key)
{
	return rcu_hash_find(&cache, key);
}

static void hash_replace(struct route *old, struct route *now)
{
	(void)!rcu_hash_replace(&cache, &now->node, old->node.key);
}

static bool hash_resize(unsigned bits)
{
	return !rcu_hash_resize(&cache, bits);
}

static const struct kind kinds[] = {
	{ "one link: each is moved", moved_find, moved_replace, moved_resize },
	{ "two links: rcu_hash", hash_find, hash_replace, hash_resize },
};

/* -------------------------------------------------------------- the crew */

static struct route *make_route(uint64_t gateway)
{
	struct route *r = mem_alloc(sizeof(*r));

	if (r) {
		r->gateway = gateway;
		r->interface = interface_of(gateway);
	}
	return r;
}

static void look(struct demo_tally *t, uint64_t destination)
{
	struct rcu_hash_node *node;

	rcu_read_lock();
	node = kind->find(destination);
	if (node) {
		struct route *r = container_of(node, struct route, node);

		t->other += r->interface != interface_of(r->gateway);
	} else {
		t->wrong++;
	}
	rcu_read_unlock();
	t->done++;
}

static void change(struct demo_tally *t)
{
	/* relaxed: a hint that ends it, when there was a resize at all */
	while ((load_relaxed(&reading) || !t->most) && demo_on()) {
		unsigned destination = t->done * 7 % ROUTES;
		struct route *old = route[destination];
		struct route *now = make_route(t->done);

		if (now) {
			route[destination] = now;
			kind->replace(old, now);
			kfree_rcu(old, head);
		}
		if (++t->done % RESIZE_EVERY == 0)
			t->most += kind->resize(
				t->done / RESIZE_EVERY % 2 ? LARGE : SMALL);
	}
}

static void look_or_change(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];
	uint64_t draw = member;

	if (member == 0) {
		change(t);
		return;
	}
	while (t->done < lookups_each && demo_on()) {
		for (unsigned i = 0; i < AT_ONCE && t->done < lookups_each;
		     i++) {
			draw = draw * 6364136223846793005 + 1442695040888963407;
			look(t, (draw >> 33) % ROUTES);
		}
	}
	fetch_add_relaxed(&reading, -1u);	/* relaxed: as above */
}

/* ------------------------------------------------------------- the table */

static bool begin(void)
{
	bool well = rcu_hash_init(&cache, SMALL) == 0;

	store_relaxed(&is_large, 0);	/* relaxed: nobody else is there */
	for (unsigned i = 0; i < ROUTES; i++) {
		route[i] = well ? make_route(i) : NULL;
		if (!route[i]) {
			well = false;
		} else if (kind == kinds) {
			route[i]->node.key = i;
			rcu_chain_add(bucket_of(false, i),
				      &route[i]->node.link[0]);
		} else {
			(void)!rcu_hash_insert(&cache, &route[i]->node, i);
		}
	}
	return well;
}

static void forget(void *unused)
{
	(void)unused;
}

static void end(void)
{
	rcu_barrier();
	/* relaxed: nobody else is there */
	if (load_relaxed(&cache.table))
		rcu_hash_destroy(&cache, forget);
	for (unsigned i = 0; i < ROUTES; i++)
		mem_free(route[i]);
	for (unsigned i = 0; i < ARRAY_LEN(small); i++)
		rcu_chain_init(&small[i]);
	for (unsigned i = 0; i < ARRAY_LEN(large); i++)
		rcu_chain_init(&large[i]);
	cache = (struct rcu_hash){ 0 };
}

static bool show(void)
{
	unsigned readers = demo_crew_size() - 1, n = 0;
	uint64_t ns = clock_ns(), looked;
	struct demo_sum sum;

	lookups_each = (LOOKUPS + readers - 1) / readers;
	store_relaxed(&reading, readers);	/* relaxed: no threads yet */
	if (begin()) {
		ns = clock_ns();
		n = demo_crew(look_or_change, LONGEST_MS);
		ns = clock_ns() - ns;
	}
	end();
	if (!n)
		return false;
	sum = demo_sum();
	looked = sum.all.done - demo_tally[0].done;
	console_printf("  %-24s %8lu %6lu %6lu %8lu %7lu %7lu\n", kind->name,
		       looked, looked * 1000000 / ns,
		       looked * 1000000 / ns / readers, demo_tally[0].done,
		       demo_tally[0].most, sum.all.wrong);
	if (sum.all.other)
		console_printf("  torn: %lu\n", sum.all.other);
	return true;
}

void demo_routes(void)
{
	console_printf("%u lookups of %u routes, beside one CPU that replaces "
		       "them and, every %u\n"
		       "changes, resizes the table: %u buckets, or %u.\n",
		       LOOKUPS, ROUTES, RESIZE_EVERY, 1u << SMALL,
		       1u << LARGE);
	console_printf("  %-24s %8s %6s %6s %8s %7s %7s\n", "table", "lookups",
		       "per ms", "a CPU", "changes", "resizes", "missed");
	for (kind = kinds; kind < kinds + ARRAY_LEN(kinds); kind++)
		if (!show())
			return;
	console_printf("missed: routes that were there all the time, and were "
		       "not found.  Nothing was\n"
		       "locked: a reader writes nothing, and old routes and "
		       "old tables are freed when\n"
		       "all who may have seen them are gone.\n");
}
