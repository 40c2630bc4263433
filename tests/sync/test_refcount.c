/*
 * tests/sync/test_refcount.c - each line of sync/refcount.h's Guarantees.
 */
#include "sync/refcount.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "tests/crew.h"
#include "tests/dice.h"

#define LIVES		40

static struct refcount r;

TEST("sync/refcount", test_refcount_last_one_is_told)
{
	refcount_init(&r, 1);
	refcount_inc(&r);
	check(t, refcount_inc_not_zero(&r));
	check(t, refcount_read(&r) == 3);
	check(t, !refcount_dec_and_test(&r));
	check(t, !refcount_dec_and_test(&r));
	check(t, refcount_dec_and_test(&r));
	check(t, !refcount_inc_not_zero(&r));
	check(t, refcount_read(&r) == 0);
}

static bool never_frees(void)
{
	for (unsigned i = 0; i < 10; i++)
		if (refcount_dec_and_test(&r))
			return false;
	return refcount_is_saturated(&r);
}

TEST("sync/refcount", test_refcount_does_not_wrap)
{
	refcount_init(&r, REFCOUNT_MAX - 1);
	refcount_inc(&r);
	check(t, refcount_read(&r) == REFCOUNT_MAX);
	refcount_inc(&r);
	check(t, refcount_read(&r) == REFCOUNT_SATURATED);
	check(t, never_frees());
	refcount_init(&r, REFCOUNT_MAX);
	check(t, refcount_inc_not_zero(&r));
	check(t, refcount_read(&r) == REFCOUNT_SATURATED);
	check(t, refcount_inc_not_zero(&r));
	refcount_inc(&r);
	check(t, never_frees());
}

TEST("sync/refcount", test_refcount_misuse_leaks)
{
	refcount_init(&r, 0);
	refcount_inc(&r);
	check(t, never_frees());
	refcount_init(&r, 0);
	check(t, !refcount_dec_and_test(&r));
	check(t, refcount_read(&r) == REFCOUNT_SATURATED);
	/* it does not fall, not even by 2^30 of them */
	check(t, !refcount_dec_and_test(&r));
	check(t, refcount_read(&r) == REFCOUNT_SATURATED);
	check(t, never_frees());
}

/* ------------------------------------------------------------- one life */

/*
 * Each life the object begins with a reference of member 0's, who gives it up
 * while the others try to get one.  Then it must be freed once, and nobody may
 * have got a reference afterwards.
 */
static const struct refcount_ops *ops;
static struct atomic32 here, freed, raised_dead, freed_wrong;
static uint64_t plain;		/* written by holders' last, read by freer */
static uint64_t seeds[NR_CPUS];

static void meet(unsigned *meetings)
{
	++*meetings;
	fetch_add_acq_rel(&here, 1);
	while (load_acquire(&here) < *meetings * crew_size())
		cpu_relax();
}

static void give_up(void)
{
	if (ops->dec_and_test(&r)) {
		plain++;
		fetch_add_acq_rel(&freed, 1);
	}
}

static void use(struct dice *d)
{
	if (!ops->inc_not_zero(&r))
		return;
	/* relaxed, all: the count is to give the order */
	if (load_relaxed(&freed))
		fetch_add_relaxed(&raised_dead, 1);
	cpu_delay(roll(d) % 16);
	if (load_relaxed(&freed))
		fetch_add_relaxed(&raised_dead, 1);
	give_up();
}

static void live_and_die(unsigned member)
{
	struct dice d = { seeds[member] };
	unsigned meetings = 0;

	for (unsigned i = 0; i < LIVES && !load_acquire(&freed_wrong); i++) {
		if (member == 0) {
			store_release(&freed, 0);
			refcount_init(&r, 1);
		}
		meet(&meetings);
		for (unsigned k = 0; k < 4; k++) {
			cpu_delay(roll(&d) % 16);
			if (member == 0 && k == 2)
				give_up();
			else if (member)
				use(&d);
		}
		meet(&meetings);
		if (member == 0 && (load_acquire(&freed) != 1 ||
				    load_acquire(&raised_dead)))
			store_release(&freed_wrong, 1);
		meet(&meetings);
	}
}

/* Did something go wrong? */
static bool torture(struct test *t)
{
	ops = &refcount_ops;
	plain = 0;
	/* relaxed, all: nobody else is there */
	store_relaxed(&here, 0);
	store_relaxed(&raised_dead, 0);
	store_relaxed(&freed_wrong, 0);
	for (unsigned i = 0; i < crew_size(); i++)
		seeds[i] = test_random(t);
	crew_run(crew_size(), live_and_die);
	return load_acquire(&freed_wrong);
}

TEST("sync/refcount", test_refcount_zero_is_final)
{
	check(t, !torture(t));
	check(t, plain == LIVES);
}

/* ----------------------------------------------------------------- twins */

/* What another CPU does between the twin's two steps. */
static void (*meanwhile)(void);
static unsigned frees;

static void step_aside(void)
{
	void (*act)(void) = meanwhile;

	meanwhile = NULL;
	if (act)
		act();
}

/* Twin: looks, and then adds, so that it raises from zero. */
static bool look_then_add(struct refcount *c)
{
	if (load_acquire(&c->n) == 0)
		return false;
	step_aside();
	fetch_add_acq_rel(&c->n, 1);
	return true;
}

/* Twin: subtracts, and looks afterwards, when others may have, too. */
static bool sub_then_look(struct refcount *c)
{
	fetch_add_acq_rel(&c->n, -1);
	step_aside();
	return load_acquire(&c->n) == 0;
}

static const struct refcount_ops twins[] = {
	{ "raises from zero", refcount_inc, look_then_add,
	  refcount_dec_and_test },
	{ "looks after it has lowered", refcount_inc, refcount_inc_not_zero,
	  sub_then_look },
};

static void other_gives_up(void)
{
	frees += ops->dec_and_test(&r);
}

/* One gets a reference while the owner gives up the last. */
static bool raises_the_dead(const struct refcount_ops *which)
{
	bool got;

	ops = which;
	frees = 0;
	refcount_init(&r, 1);
	meanwhile = other_gives_up;
	got = ops->inc_not_zero(&r);
	step_aside();		/* the right one lets nobody in between */
	return got && frees;
}

/* Two give up the last two. */
static unsigned times_freed(const struct refcount_ops *which)
{
	ops = which;
	frees = 0;
	refcount_init(&r, 2);
	meanwhile = other_gives_up;
	frees += ops->dec_and_test(&r);
	step_aside();
	return frees;
}

TEST("sync/refcount", test_refcount_twins_are_caught)
{
	check(t, !raises_the_dead(&refcount_ops));
	check(t, times_freed(&refcount_ops) == 1);
	check(t, raises_the_dead(&twins[0]));
	check(t, times_freed(&twins[1]) == 2);
}
