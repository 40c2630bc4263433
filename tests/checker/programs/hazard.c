/*
 * tests/checker/programs/hazard.c - one reads what is shared, the other
 * replaces it and scans.
 */
#include "sync/hazard.h"

#include "kernel/mem.h"
#include "tests/checker/checker.h"

struct thing {
	unsigned content;
	struct hazard_node retired;
};

static struct hazard_domain domain;
static struct hazard *reader, *owner;
static struct atomic_ptr shared;

static struct thing *new_thing(unsigned content)
{
	struct thing *thing = mem_alloc(sizeof(*thing));

	assert(thing);
	thing->content = content;
	return thing;
}

static void read_it(void *unused)
{
	struct thing *thing = hazard_protect(reader, 0, &shared);
	unsigned content = thing->content;

	(void)unused;
	assert(content == 1 || content == 2);
	hazard_clear(reader, 0);
}

static void replace_it(void *unused)
{
	struct thing *old = xchg_acq_rel(&shared, new_thing(2));

	(void)unused;
	hazard_retire(owner, &old->retired, old, mem_free);
	hazard_scan(owner);
}

static void all_is_freed(void)
{
	hazard_scan(owner);
	assert(owner->retired == 0);
}

void check_setup(void)
{
	hazard_init(&domain);
	reader = hazard_join(&domain);
	owner = hazard_join(&domain);
	assert(reader && owner);
	store_release(&shared, new_thing(1));
	check_thread("reader", read_it, NULL);
	check_thread("owner", replace_it, NULL);
	check_finally(all_is_freed);
}
