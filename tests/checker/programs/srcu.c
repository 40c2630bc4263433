/*
 * tests/checker/programs/srcu.c - an updater replaces something twice, and
 * frees the old one each time; a reader looks.
 * Told "nested": the reader looks within a look; and the updater replaces once.
 * Told "shared": two updaters at once, one replacement each.
 */
#include "sync/srcu.h"

#include "kernel/mem.h"

#include "tests/checker/checker.h"

static struct srcu domain;
static struct atomic_ptr shared;
static unsigned times;

static unsigned *make(void)
{
	unsigned *thing = mem_alloc(sizeof(*thing));

	*thing = 1;
	return thing;
}

static void replace(void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < times; i++) {
		unsigned *now = make();
		unsigned *old = xchg_acq_rel(&shared, now);

		synchronize_srcu(&domain);
		*old = 0;
		mem_free(old);
	}
}

static void look(void *unused)
{
	unsigned index = srcu_read_lock(&domain);

	(void)unused;
	assert(*(unsigned *)load_acquire(&shared));
	srcu_read_unlock(&domain, index);
}

static void look_within(void *unused)
{
	unsigned index = srcu_read_lock(&domain);
	unsigned *thing = load_acquire(&shared);

	look(unused);
	assert(*thing);
	srcu_read_unlock(&domain, index);
}

void check_setup(void)
{
	char told = check_argument()[0];

	times = told ? 1 : 2;
	check_polls();
	srcu_init(&domain);
	store_relaxed(&shared, make());	/* relaxed: nobody runs yet */
	check_thread("updater", replace, NULL);
	check_thread("reader", told == 'n' ? look_within : look, NULL);
	if (told == 's')
		check_thread("second updater", replace, NULL);
}
