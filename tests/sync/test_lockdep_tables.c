/*
 * tests/sync/test_lockdep_tables.c - what the judge keeps, and what it forgets:
 * tables that are full, addresses that are used again, ends of ranges.
 *
 * Each case stands for a mutant of docs/54-mutants.md that no program of
 * tests/sync/test_lockdep.c told from the original.
 */
#include "tests/sync/lockdep_trial.h"

#include "kernel/mem.h"
#include "sync/selves.h"

#define SITE	0x7000u

struct tables {
	struct lockdep d;
	uint64_t memory[512];
	struct sync_self self;
};

static struct tables *tables_new(struct test *t)
{
	struct tables *s = mem_alloc(sizeof(*s));

	if (check(t, s))
		lockdep_setup(&s->d, &trial_ops);
	return s;
}

TEST("sync/lockdep_tables", test_lockdep_tells_a_kind_from_a_kind)
{
	struct tables *s = tables_new(t);
	void *l = s->memory;
	unsigned spin, mutex;

	/* a mutex begins with a lock that begins with a lock */
	lockdep_classify(&s->d, l, WATCH_SPIN, SITE);
	lockdep_classify(&s->d, l, WATCH_MUTEX, SITE);
	spin = lockdep_class_of(&s->d, l, WATCH_SPIN, 0);
	mutex = lockdep_class_of(&s->d, l, WATCH_MUTEX, 0);
	check(t, spin != mutex);
	check(t, s->d.classes[spin].kind == WATCH_SPIN);
	check(t, s->d.classes[mutex].kind == WATCH_MUTEX);
	mem_free(s);
}

/* whatever lists they hash to */
TEST("sync/lockdep_tables", test_lockdep_tells_all_kinds_of_a_site_apart)
{
	struct tables *s = tables_new(t);
	unsigned before = load_relaxed(&s->d.nr_classes);

	for (unsigned site = 0; site < 8; site++)
		for (unsigned k = WATCH_SPIN; k < WATCH_KIND_COUNT; k++) {
			void *l = &s->memory[site];

			lockdep_classify(&s->d, l, k, SITE + 16 * site);
			check(t, lockdep_kind_of(&s->d,
				lockdep_class_of(&s->d, l, k, 0)) == k);
		}
	check(t, load_relaxed(&s->d.nr_classes) - before
	      == 8 * (WATCH_KIND_COUNT - WATCH_SPIN));
	mem_free(s);
}

TEST("sync/lockdep_tables", test_lockdep_forgets_what_was_freed_only)
{
	struct tables *s = tables_new(t);
	uint64_t *m = s->memory;

	lockdep_classify(&s->d, &m[0], WATCH_SPIN, SITE);
	lockdep_classify(&s->d, &m[15], WATCH_SPIN, SITE);	/* next line */
	lockdep_classify(&s->d, &m[16], WATCH_SPIN, SITE);	/* behind */
	check(t, lockdep_forget(&s->d, m, 16 * sizeof(*m)));
	check(t, lockdep_class_of(&s->d, &m[0], WATCH_SPIN, 0) == CLASS_NONE);
	check(t, lockdep_class_of(&s->d, &m[15], WATCH_SPIN, 0) == CLASS_NONE);
	check(t, lockdep_class_of(&s->d, &m[16], WATCH_SPIN, 0) != CLASS_NONE);
	mem_free(s);
}

TEST("sync/lockdep_tables", test_lockdep_uses_addresses_again)
{
	struct tables *s = tables_new(t);

	for (unsigned i = 0; i < 2 * LOCKDEP_ADDRESSES; i++) {
		lockdep_classify(&s->d, &s->memory[i % 512], WATCH_SPIN, SITE);
		lockdep_forget(&s->d, &s->memory[i % 512], 8);
	}
	check(t, !load_relaxed(&s->d.overflowed));
	mem_free(s);
}

TEST("sync/lockdep_tables", test_lockdep_classes_end_at_their_table)
{
	struct tables *s = tables_new(t);
	const unsigned last = LOCKDEP_CLASSES - 1;

	/* full but for one; so the case tells nobody that it is full */
	store_relaxed(&s->d.nr_classes, last);
	lockdep_classify(&s->d, &s->memory[0], WATCH_SPIN, SITE);
	check(t, lockdep_class_of(&s->d, &s->memory[0], WATCH_SPIN, 0) == last);
	store_relaxed(&s->d.overflowed, 1u << TABLE_CLASSES);
	lockdep_classify(&s->d, &s->memory[1], WATCH_SPIN, SITE + 1);
	check(t, lockdep_class_of(&s->d, &s->memory[1], WATCH_SPIN, 0)
	      == CLASS_NONE);
	check(t, load_relaxed(&s->d.nr_classes) == LOCKDEP_CLASSES);
	mem_free(s);
}

static void add_order(struct lockdep *d, unsigned from, unsigned to,
		      struct lockdep_finding *f)
{
	f->length = 0;
	lockdep_order(d, (struct held_what){ .class = from },
		      (struct held_what){ .class = to }, f);
}

TEST("sync/lockdep_tables", test_lockdep_cuts_a_cycle_that_is_too_long)
{
	struct tables *s = tables_new(t);
	struct lockdep_finding f = { .verdict = LOCKDEP_CYCLE };
	const unsigned first = 2, n = LOCKDEP_PATH + 8;

	store_relaxed(&s->d.nr_classes, first + n);
	for (unsigned i = 0; i + 1 < n; i++)
		add_order(&s->d, first + i, first + i + 1, &f);
	check(t, f.length == 0);
	add_order(&s->d, first + n - 1, first, &f);
	check(t, f.length == LOCKDEP_PATH);
	for (unsigned i = 0; i + 1 < LOCKDEP_PATH; i++)
		check(t, f.cycle[i] == first + i);
	check(t, f.cycle[LOCKDEP_PATH - 1] == first + n - 1);
	mem_free(s);
}

TEST("sync/lockdep_tables", test_lockdep_traces_end_at_their_table)
{
	struct tables *s = tables_new(t);
	struct lockdep_finding f = { .verdict = LOCKDEP_CYCLE };

	store_relaxed(&s->d.nr_classes, 10);
	store_relaxed(&s->d.overflowed, 1u << TABLE_TRACES);
	store_relaxed(&s->d.nr_traces, LOCKDEP_TRACES - 1);
	add_order(&s->d, 2, 3, &f);
	check(t, load_relaxed(&s->d.nr_traces) == LOCKDEP_TRACES);
	add_order(&s->d, 3, 4, &f);
	check(t, load_relaxed(&s->d.nr_traces) == LOCKDEP_TRACES);
	mem_free(s);
}

TEST("sync/lockdep_tables", test_lockdep_trace_is_of_one_direction)
{
	struct tables *s = tables_new(t);
	struct lockdep_finding f = { .verdict = LOCKDEP_CYCLE };
	const struct lock_trace *trace;

	store_relaxed(&s->d.nr_classes, 10);
	add_order(&s->d, 2, 3, &f);
	trace = lockdep_trace(&s->d, 2, 3);
	check(t, trace && trace->from == 2 && trace->to == 3);
	check(t, !lockdep_trace(&s->d, 3, 2));
	check(t, !lockdep_trace(&s->d, 2, 4));
	mem_free(s);
}

TEST("sync/lockdep_tables", test_lockdep_told_cycle_is_no_order)
{
	if (!trial_begin(t, &trial_ops))
		return;
	/* B -> A was told and dropped, so D -> B closes nothing new */
	(void)trial_run("B C c b / A B b a / B A a b / A D d a / D B b d",
			WATCH_SPIN, false);
	check(t, trial_findings() == 1);
	/* B is reached weakly first, and in earnest by way of D */
	check(t, trial_run("A rB rb a / A D d a / D B b d / rB C c rb / "
			   "C A a c", WATCH_RWLOCK, false) == LOCKDEP_CYCLE);
	trial_end();
}

TEST("sync/lockdep_tables", test_lockdep_tells_a_verdict_of_a_class_once)
{
	if (!trial_begin(t, &trial_ops))
		return;
	(void)trial_run("A M m M m a", WATCH_SPIN, false);
	check(t, trial_findings() == 1);
	(void)trial_run("A B $", WATCH_SPIN, false);
	check(t, trial_findings() == 2);
	(void)trial_run("a b a b a b a b a b a b a b a b a b a b", WATCH_SPIN,
			false);
	check(t, trial_findings() == LOCKDEP_FINDINGS);
	trial_end();
}

/* held[] of a thread that is made up */
static void push(struct tables *s, unsigned i)
{
	struct held_what what = { .class = CLASS_NONE, .state = HELD_GOT };

	lockdep_push(&s->self, &s->d, &s->memory[i], what, i);
}

TEST("sync/lockdep_tables", test_lockdep_held_locks_end_at_their_table)
{
	struct tables *s = tables_new(t);

	store_relaxed(&s->d.overflowed, 1u << TABLE_HELD);
	for (unsigned i = 0; i <= SELF_HELD_MAX; i++)
		push(s, i);
	check(t, depth_of(&s->self) == SELF_HELD_MAX);
	check(t, s->self.untracked == 1);
	lockdep_remove(&s->self, lockdep_entry(&s->self, &s->memory[3]));
	check(t, !lockdep_entry(&s->self, &s->memory[3]));
	for (unsigned i = 4; i < SELF_HELD_MAX; i++) {
		struct held_lock *at = lockdep_entry(&s->self, &s->memory[i]);

		check(t, at == &s->self.held[i - 1]);
		check(t, load_relaxed(&at->since) == i);
	}
	check(t, !load_relaxed(&s->self.held[SELF_HELD_MAX - 1].lock));
	mem_free(s);
}

TEST("sync/lockdep_tables", test_lockdep_takes_the_last_of_two)
{
	struct tables *s = tables_new(t);

	push(s, 1);
	push(s, 2);
	push(s, 1);
	check(t, lockdep_entry(&s->self, &s->memory[1]) == &s->self.held[2]);
	mem_free(s);
}

TEST("sync/lockdep_tables", test_lockdep_passes_a_lock_on)
{
	struct tables *s = tables_new(t);
	struct sync_self *self = sync_self();
	uint64_t was = irq_save();
	uint32_t before = depth_of(self);
	bool mine, its;

	self->lockdep = &s->d;
	s->self.lockdep = &s->d;
	lockdep_push(self, &s->d, s->memory,
		     (struct held_what){ .class = CLASS_NONE }, 7);
	lockdep_pass(s->memory, &s->self);
	mine = depth_of(self) == before;
	its = lockdep_entry(&s->self, s->memory) == &s->self.held[0];
	/* what is beyond the table is given up as well */
	self->untracked++;
	lockdep_gave_up(s->memory);
	mine &= self->untracked == 0;
	while (depth_of(self) > before)
		lockdep_remove(self, &self->held[depth_of(self) - 1]);
	self->untracked = 0;
	self->lockdep = NULL;
	irq_restore(was);
	check(t, mine && its);
	mem_free(s);
}

static bool count_one(struct sync_self *s, void *arg)
{
	(void)s;
	++*(unsigned *)arg;
	return true;
}

TEST("sync/lockdep_tables", test_selves_end_with_their_threads)
{
	struct tables *s = tables_new(t);
	unsigned before = 0, with = 0, after = 0;

	selves_each(count_one, &before);
	selves_add(&s->self, 9998, "made up");
	selves_each(count_one, &with);
	selves_remove(&s->self);
	selves_each(count_one, &after);
	check(t, with == before + 1);
	check(t, after == before);
	mem_free(s);
}

static bool count_caller(struct sync_self *s, void *arg)
{
	*(unsigned *)arg += s == sync_self();
	return true;
}

TEST("sync/lockdep_tables", test_lockdep_thread_that_ends_is_listed_no_more)
{
	struct sync_self *self = sync_self();
	unsigned before = 0, ended = 0, again = 0;

	if (!watch_on()) {
		test_skip(t, "nobody watches: watch=off");
		return;
	}
	selves_each(count_caller, &before);
	lockdep_thread_end(SITE);
	selves_each(count_caller, &ended);
	if (!ended)
		lockdep_thread_begin(self, self->id, self->name);
	selves_each(count_caller, &again);
	check(t, before == 1 && !ended && again == 1);
}

TEST("sync/lockdep_tables", test_lockdep_asked_for_is_not_held)
{
	struct tables *s = tables_new(t);
	struct sync_self *self = sync_self();
	uint64_t was = irq_save();
	unsigned findings;

	self->lockdep = &s->d;
	lockdep_classify(&s->d, &s->memory[0], WATCH_SPIN, SITE);
	lockdep_classify(&s->d, &s->memory[1], WATCH_SPIN, SITE + 1);
	/* whoever waits for the first holds nothing yet */
	lockdep_acquire(&s->memory[0], WATCH_SPIN, 0, SITE);
	lockdep_acquire(&s->memory[1], WATCH_SPIN, 0, SITE);
	lockdep_gave_up(&s->memory[1]);
	lockdep_gave_up(&s->memory[0]);
	lockdep_acquire(&s->memory[1], WATCH_SPIN, 0, SITE);
	lockdep_acquired(&s->memory[1]);
	lockdep_acquire(&s->memory[0], WATCH_SPIN, 0, SITE);
	lockdep_gave_up(&s->memory[0]);
	lockdep_gave_up(&s->memory[1]);
	findings = load_relaxed(&s->d.findings);
	self->lockdep = NULL;
	irq_restore(was);
	check(t, findings == 0);
	mem_free(s);
}

TEST("sync/lockdep_tables", test_lockdep_knows_both_ends_of_what_is_freed)
{
	struct tables *s = tables_new(t);
	struct sync_self *self = sync_self();
	uint64_t was = irq_save();
	unsigned first, last, behind;

	self->lockdep = &s->d;
	lockdep_push(self, &s->d, &s->memory[7],
		     (struct held_what){ .class = CLASS_NONE,
					 .state = HELD_GOT }, 0);
	lockdep_free(&s->memory[0], 7 * 8, SITE);
	behind = load_relaxed(&s->d.findings);
	lockdep_free(&s->memory[0], 8 * 8, SITE);
	last = load_relaxed(&s->d.findings);
	lockdep_free(&s->memory[7], 8 * 8, SITE);
	first = load_relaxed(&s->d.findings);
	lockdep_gave_up(&s->memory[7]);
	lockdep_sleep(s->memory, WATCH_SEM);
	lockdep_waited();
	self->lockdep = NULL;
	irq_restore(was);
	check(t, behind == 0);
	check(t, last == 1);
	check(t, first == 2);
	check(t, !load_relaxed(&self->waits_for));
	mem_free(s);
}
