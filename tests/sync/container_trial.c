/*
 * tests/sync/container_trial.c - short rounds with a history, long ones without.
 *
 * Ordering    [A] here: who arrives -> who waits for all.
 */
#include "tests/sync/container_trial.h"

#include "arch/cpu.h"
#include "kernel/errno.h"
#include "tests/crew.h"
#include "tests/dice.h"
#include "tests/sync/history.h"
#include "tests/sync/quarantine.h"

#define EACH		6	/* operations of a member in a round */
#define SLICE		64	/* operations between two looks at the others */

static const struct container_memory memory = {
	quarantine_alloc, quarantine_free,
};

static const struct container_trial *trial;
static unsigned char container[CONTAINER_SIZE_MAX] aligned_to(CACHE_LINE);
static struct {
	unsigned char self[CONTAINER_SELF];
	unsigned meetings;
	uint64_t seed, put, taken;
} aligned_to(CACHE_LINE) member[NR_CPUS];
static struct atomic32 here, faults;
static unsigned members;
static struct test *watcher;

static void fault(unsigned which)
{
	fetch_or_acq_rel(&faults, which);
}

/* All go on together, or as nearly as the machine lets them. */
static void meet(unsigned m)
{
	member[m].meetings++;
	fetch_add_acq_rel(&here, 1);			/* [A] */
	while (load_acquire(&here) < members * member[m].meetings) /* [A] */
		cpu_relax();
}

static bool may_put(unsigned m)
{
	return !(trial->ops->flags & CONTAINER_ONE_PUTS) || m == 0;
}

static bool may_take(unsigned m)
{
	return !(trial->ops->flags & CONTAINER_ONE_TAKES) || m == members - 1;
}

/* Puts, takes, or both; false: neither is for this member. */
static bool draws_put(struct dice *d, unsigned m)
{
	return may_put(m) && (!may_take(m) || one_in(d, 2));
}

static void pause_now_and_then(struct dice *d)
{
	cpu_delay(roll(d) % 8);
	if (one_in(d, 16))
		crew_yield();
}

static void put_with_history(unsigned m, unsigned value)
{
	int result;

	history_call(m, LINEAR_PUT, value);
	result = trial->ops->put(container, member[m].self,
				 (void *)(uintptr_t)value);
	if (result == 0 || result == -ENOSPC)
		history_answer(m, LINEAR_PUT, value, result == 0);
	else
		history_answer(m, LINEAR_NONE, value, 0);
}

static void take_with_history(unsigned m)
{
	void *value = NULL;
	int result;

	history_call(m, LINEAR_TAKE, 0);
	result = trial->ops->take(container, member[m].self, &value);
	/* empty with a value is an answer that no model gives */
	if (result == 0 || result == -ENOENT)
		history_answer(m, LINEAR_TAKE, 0, (uintptr_t)value);
	else
		history_answer(m, LINEAR_NONE, 0, 0);
}

static void act_with_history(unsigned m, struct dice *d)
{
	bool acts = may_put(m) || may_take(m);

	if (acts && trial->ops->join(container, member[m].self))
		fault(TRIAL_UNSURE);
	meet(m);
	for (unsigned i = 0; acts && i < EACH; i++) {
		if (draws_put(d, m))
			put_with_history(m, 1 + m * EACH + i);
		else
			take_with_history(m);
		pause_now_and_then(d);
	}
	if (acts)
		trial->ops->leave(container, member[m].self);
}

static void begin(struct test *t, const struct container_trial *c)
{
	trial = c;
	members = crew_size();
	/* relaxed, both: nobody else is there yet */
	store_relaxed(&here, 0);
	store_relaxed(&faults, 0);
	for (unsigned i = 0; i < members; i++) {
		member[i].seed = test_random(t);
		member[i].meetings = 0;
	}
}

static void make_one(void)
{
	quarantine_begin();
	__builtin_memset(container, 0, sizeof(container));
	if (trial->ops->init(container, &memory, trial->capacity))
		fault(TRIAL_UNSURE);
}

static void destroy_it(void)
{
	trial->ops->destroy(container);
	if (quarantine_live() || quarantine_end())
		fault(TRIAL_MEMORY);
}

static void check_history(void)
{
	struct linear_model model = trial->ops->flags & CONTAINER_LIFO
		? linear_stack : linear_queue;
	struct linear_op ops[LINEAR_OPS];
	unsigned n = history_collect(ops);
	enum linear_verdict verdict;

	if (trial->ops->flags & CONTAINER_BOUNDED)
		model.capacity = trial->capacity;
	verdict = n ? linear_check(&model, ops, n) : LINEAR_UNSURE;
	if (verdict == LINEAR_YES)
		return;
	fault(verdict == LINEAR_NO ? TRIAL_HISTORY : TRIAL_UNSURE);
	if (trial->loud)
		history_print(watcher, ops, n);
}

/* Member 0 is also the one who prepares each round and judges it. */
static void act_in_rounds(unsigned m)
{
	struct dice d = { member[m].seed };

	for (unsigned i = 0; i < trial->rounds && !load_acquire(&faults); i++) {
		if (m == 0) {
			make_one();
			history_begin();
		}
		meet(m);
		act_with_history(m, &d);
		meet(m);
		if (m == 0) {
			check_history();
			destroy_it();
		}
		meet(m);
	}
}

unsigned container_histories(struct test *t, const struct container_trial *c)
{
	watcher = t;
	begin(t, c);
	crew_run(members, act_in_rounds);
	return load_relaxed(&faults);	/* relaxed: the crew was joined */
}

/* ------------------------------------------------------------------ rush */

static void put_one(unsigned m)
{
	uint64_t value = (uint64_t)(m + 1) << 32 | (member[m].put + 1);

	if (trial->ops->put(container, member[m].self, (void *)value) == 0)
		member[m].put++;
}

static void take_one(unsigned m, uint64_t *sum)
{
	void *value;

	if (trial->ops->take(container, member[m].self, &value))
		return;
	member[m].taken++;
	*sum += (uintptr_t)value;
}

static struct atomic64 sum_put, sum_taken;

static void rush(unsigned m)
{
	struct dice d = { member[m].seed };
	uint64_t sum = 0;

	member[m].put = 0;
	member[m].taken = 0;
	meet(m);
	if (!may_put(m) && !may_take(m))
		return;
	if (trial->ops->join(container, member[m].self))
		fault(TRIAL_UNSURE);
	for (unsigned i = 0; i < trial->rounds; i++) {
		if (draws_put(&d, m))
			put_one(m);
		else
			take_one(m, &sum);
		if (i % SLICE == 0)
			pause_now_and_then(&d);
	}
	trial->ops->leave(container, member[m].self);
	/* relaxed, both: sums */
	fetch_add_relaxed(&sum_put, member[m].put * (member[m].put + 1) / 2 +
			  ((uint64_t)(m + 1) << 32) * member[m].put);
	fetch_add_relaxed(&sum_taken, sum);
}

/* What is left, taken by one who is alone. */
static void take_the_rest(uint64_t *sum, uint64_t *taken)
{
	void *value;

	if (trial->ops->join(container, member[0].self))
		fault(TRIAL_UNSURE);
	while (trial->ops->take(container, member[0].self, &value) == 0) {
		*sum += (uintptr_t)value;
		++*taken;
	}
	trial->ops->leave(container, member[0].self);
}

unsigned container_rush(struct test *t, const struct container_trial *c)
{
	uint64_t sum, put = 0, taken = 0;

	begin(t, c);
	make_one();
	/* relaxed, all: nobody else is there, before or after the crew */
	store_relaxed(&sum_put, 0);
	store_relaxed(&sum_taken, 0);
	crew_run(members, rush);
	sum = load_relaxed(&sum_taken);
	take_the_rest(&sum, &taken);
	for (unsigned i = 0; i < members; i++) {
		put += member[i].put;
		taken += member[i].taken;
	}
	if (put != taken || sum != load_relaxed(&sum_put))
		fault(TRIAL_LOST);
	destroy_it();
	return load_relaxed(&faults);	/* relaxed: as above */
}
