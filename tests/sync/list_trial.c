/*
 * tests/sync/list_trial.c - short rounds with a history, long ones without.
 *
 * Ordering    [A] here: who arrives -> who waits for all.
 */
#include "tests/sync/list_trial.h"

#include "arch/cpu.h"
#include "kernel/errno.h"
#include "tests/sync/container_trial.h"
#include "tests/sync/gang.h"
#include "tests/sync/history.h"
#include "tests/sync/quarantine.h"

#define MEMBERS		4	/* with a history */
#define EACH		6	/* operations of a member in a round */
#define CROWD		8	/* without one */
#define KEYS		3u
#define MANY_KEYS	12u
#define SPINS		2000	/* then let others have the CPU */

static const struct container_memory memory = {
	quarantine_alloc, quarantine_free,
};

static const struct list_ops *ops;
static unsigned char list[LIST_SIZE_MAX] aligned_to(CACHE_LINE);
static struct {
	unsigned char self[LIST_SELF];
	unsigned meetings;
} aligned_to(CACHE_LINE) member[GANG_MAX];
static struct atomic32 here, faults, balance[MANY_KEYS + 1];
static unsigned rounds;
static bool print;
static struct test *watcher;
static struct gang gang;

static void fault(unsigned which)
{
	fetch_or_acq_rel(&faults, which);
}

/* All go on together; a member without a CPU is waited for in sleep. */
static void meet(unsigned m)
{
	unsigned spins = 0;

	member[m].meetings++;
	fetch_add_acq_rel(&here, 1);			/* [A] */
	while (load_acquire(&here) < MEMBERS * member[m].meetings) { /* [A] */
		if (spins++ < SPINS)
			cpu_relax();
		else
			park(clock_ns() + 20 * US);
	}
}

static void make_one(void)
{
	quarantine_begin();
	__builtin_memset(list, 0, sizeof(list));
	if (ops->init(list, &memory))
		fault(TRIAL_UNSURE);
}

static void destroy_it(void)
{
	ops->destroy(list);
	if (quarantine_live() || quarantine_end())
		fault(TRIAL_MEMORY);
}

static bool act(unsigned m, enum linear_code code, unsigned key)
{
	int result;

	if (code == LINEAR_REMOVE)
		return ops->remove(list, member[m].self, key);
	if (code == LINEAR_CONTAINS)
		return ops->contains(list, member[m].self, key);
	result = ops->insert(list, member[m].self, key);
	if (result && result != -EEXIST)
		fault(TRIAL_UNSURE);
	return result == 0;
}

static enum linear_code draw_code(struct gang_member *g)
{
	return LINEAR_INSERT + gang_random(g) % 3;
}

static void act_with_history(struct gang_member *g)
{
	unsigned m = g->index;

	if (ops->join(list, member[m].self))
		fault(TRIAL_UNSURE);
	meet(m);
	for (unsigned i = 0; i < EACH; i++) {
		enum linear_code code = draw_code(g);
		unsigned key = 1 + gang_random(g) % KEYS;

		history_call(m, code, key);
		history_answer(m, code, key, act(m, code, key));
		cpu_delay(gang_random(g) % 8);
	}
	ops->leave(list, member[m].self);
}

static void check_history(void)
{
	struct linear_op row[LINEAR_OPS];
	unsigned n = history_collect(row);
	enum linear_verdict verdict = n ? linear_check(&linear_set, row, n)
					: LINEAR_UNSURE;

	if (verdict == LINEAR_YES)
		return;
	fault(verdict == LINEAR_NO ? TRIAL_HISTORY : TRIAL_UNSURE);
	if (print)
		history_print(watcher, row, n);
}

/* Member 0 is also the one who prepares each round and judges it. */
static void act_in_rounds(struct gang_member *g)
{
	unsigned m = g->index;

	for (unsigned i = 0; i < rounds && !load_acquire(&faults); i++) {
		if (m == 0) {
			make_one();
			history_begin();
		}
		meet(m);
		act_with_history(g);
		meet(m);
		if (m == 0) {
			check_history();
			destroy_it();
		}
		meet(m);
		gang_step(g);
	}
}

static void begin(const struct list_ops *which, unsigned n)
{
	ops = which;
	rounds = n;
	/* relaxed, all: nobody else is there yet */
	store_relaxed(&here, 0);
	store_relaxed(&faults, 0);
	for (unsigned i = 0; i < GANG_MAX; i++)
		member[i].meetings = 0;
	for (unsigned i = 0; i <= MANY_KEYS; i++)
		store_relaxed(&balance[i], 0);
}

static unsigned run(struct test *t, unsigned n,
		    void (*fn)(struct gang_member *g))
{
	gang_start(&gang, n, fn, test_random(t));
	if (!gang_wait(&gang, PATIENT))
		fault(TRIAL_UNSURE);
	return load_acquire(&faults);
}

unsigned list_histories(struct test *t, const struct list_ops *which,
			unsigned n, bool loud)
{
	watcher = t;
	print = loud;
	begin(which, n);
	return run(t, MEMBERS, act_in_rounds);
}

/* ------------------------------------------------------------------ rush */

static void rush(struct gang_member *g)
{
	unsigned m = g->index;

	if (ops->join(list, member[m].self))
		fault(TRIAL_UNSURE);
	for (unsigned i = 0; i < rounds && !load_acquire(&faults); i++) {
		enum linear_code code = draw_code(g);
		unsigned key = 1 + gang_random(g) % MANY_KEYS;
		bool done = act(m, code, key);

		/* relaxed, both: counts */
		if (done && code == LINEAR_INSERT)
			fetch_add_relaxed(&balance[key], 1);
		if (done && code == LINEAR_REMOVE)
			fetch_add_relaxed(&balance[key], -1);
		gang_step(g);
		if (i % 32 == 0)
			gang_chaos(g);
	}
	ops->leave(list, member[m].self);
}

unsigned list_rush(struct test *t, const struct list_ops *which,
		   unsigned operations)
{
	begin(which, operations);
	make_one();
	if (run(t, CROWD, rush))
		return load_acquire(&faults);	/* stuck: it is theirs */
	if (ops->join(list, member[0].self))
		fault(TRIAL_UNSURE);
	for (unsigned key = 1; key <= MANY_KEYS; key++) {
		unsigned there = ops->contains(list, member[0].self, key);

		/* relaxed: the gang has gone */
		if (load_relaxed(&balance[key]) != there)
			fault(TRIAL_LOST);
	}
	ops->leave(list, member[0].self);
	destroy_it();
	return load_acquire(&faults);
}
