/*
 * tests/hosted/test_watch_reports.c - what those who watch the locks print,
 * and how often: the judge's findings, and the waits that are too long.
 *
 * The threads are made by hand, and the times of looks are given: nothing here
 * waits, and no timer looks as well.  How the kernel prints the same:
 * tests/host/test_watch.py.
 */
#include "arch/clock.h"
#include "kernel/format.h"
#include "kernel/mem.h"
#include "sync/lockup.h"
#include "sync/selves.h"
#include "sync/spinlock.h"
#include "tests/sync/lockdep_trial.h"
#include "tests/worlds/watched/said.h"

#define SECOND	1000000000ULL
#define SPIN	(10 * SECOND)	/* the limits, if nobody sets others */
#define HUNG	(30 * SECOND)
#define SITE	0x7000u

static struct sync_self some[3];
static int locks[3];
static struct spinlock still = SPINLOCK_INIT;

static void begin(void)
{
	static const char *const names[] = { "first", "second", "third" };

	for (unsigned i = 0; i < ARRAY_LEN(some); i++) {
		some[i] = (struct sync_self){ 0 };
		selves_add(&some[i], 7000 + i, names[i]);
	}
}

static void end(void)
{
	for (unsigned i = 0; i < ARRAY_LEN(some); i++)
		selves_remove(&some[i]);
}

static void put(struct sync_self *s, const void *l, unsigned class,
		enum held_state state, uint64_t since)
{
	struct held_what what = { .class = class, .mode = HELD_SLEEPS,
				  .state = state };
	uint32_t depth = load_relaxed(&s->depth);

	store_relaxed(&s->held[depth].lock, (void *)l);
	store_relaxed(&s->held[depth].what, held_pack(what));
	store_relaxed(&s->held[depth].since, since);
	store_relaxed(&s->depth, depth + 1);
}

/* findings */

static const struct lockdep_ops telling = {
	.context = trial_context,
	.search = lockdep_search,
	.tell = lockdep_tell,
};

TEST("hosted/watch_reports", test_finding_draws_the_cycle_and_its_stacks)
{
	const char *text;

	if (!trial_begin(t, &telling))
		return;
	said_begin();
	(void)trial_run("A B b a / B A a b", WATCH_SPIN, false);
	text = said_end();
	check(t, said_times(text, "lockdep: these locks are taken in orders "
			    "that go round") == 1);
	check(t, said_times(text, "  +-> [1] spinlock of ") == 1);
	check(t, said_times(text, "  |   [2] spinlock of ") == 1);
	check(t, said_times(text, "was held when [2] was asked for:") == 1);
	check(t, said_times(text, "and now [2] leads to [1]:") == 1);
	check(t, said_times(text, "lockdep: end of report\n") == 1);
	trial_end();
}

/* Of the thread that does hold it, too: what it has, and what it wants. */
TEST("hosted/watch_reports", test_finding_shows_the_holder_beside_the_finder)
{
	struct sync_self *self = sync_self();
	struct lockdep *d = mem_alloc(sizeof(*d));
	const char *text;

	if (!check(t, d))
		return;
	lockdep_setup(d, &telling);
	begin();
	some[0].lockdep = d;
	put(&some[0], &locks[0], CLASS_NONE, HELD_GOT, 0);
	put(&some[0], &locks[1], CLASS_NONE, HELD_WAITING, 0);
	self->lockdep = d;
	said_begin();
	lockdep_release(&locks[0], SITE);
	text = said_end();
	self->lockdep = NULL;
	end();
	mem_free(d);
	check(t, said_times(text, "lockdep: unlocked by one who does not hold "
			    "it\n") == 1);
	check(t, said_times(text, "thread 7000 \"first\"\n") == 1);
	check(t, said_times(text, "  holds a lock of no class") == 1);
	check(t, said_times(text, "  asked for a lock of no class") == 1);
	check(t, said_times(text, "\"second\"") == 0);
	check(t, said_times(text, "lockdep: end of report\n") == 1);
}

TEST("hosted/watch_reports", test_each_verdict_has_words_of_its_own)
{
	static const char *const words[LOCKDEP_VERDICTS] = {
		"nothing", "wait for itself", "go round",
		"by an interrupt handler", "that interrupt handlers take",
		"may sleep", "nobody holds it", "does not hold it", "is freed",
		"a thread ends", "NMI",
	};

	for (unsigned i = 0; i < LOCKDEP_VERDICTS; i++)
		for (unsigned j = 0; j < LOCKDEP_VERDICTS; j++)
			check(t, !!said_times(lockdep_verdict_name(i), words[j])
			      == (i == j));
}

TEST("hosted/watch_reports", test_names_have_kind_subclass_and_place)
{
	unsigned outer, inner;
	char name[72];

	outer = lockdep_class_of(&kernel_lockdep, &still, WATCH_SPIN, 0);
	inner = lockdep_class_of(&kernel_lockdep, &still, WATCH_SPIN, 2);
	lockdep_name(&kernel_lockdep, outer, name, sizeof(name));
	check(t, said_times(name, "spinlock at 0x") == 1);
	lockdep_name(&kernel_lockdep, inner, name, sizeof(name));
	check(t, said_times(name, "spinlock/2 at 0x") == 1);
}

TEST("hosted/watch_reports", test_full_table_says_so_once)
{
	struct lockdep *d = mem_alloc(sizeof(*d));
	const char *text;

	if (!check(t, d))
		return;
	lockdep_setup(d, &telling);
	store_relaxed(&d->nr_classes, LOCKDEP_CLASSES);
	said_begin();
	for (unsigned i = 0; i < ARRAY_LEN(locks); i++)
		lockdep_classify(d, &locks[i], WATCH_SPIN, SITE + i);
	lockdep_full(d, TABLE_TRACES);
	lockdep_classify(d, &locks[0], WATCH_SPIN, SITE + 3);
	text = said_end();
	mem_free(d);
	check(t, said_times(text, "the table of classes is full") == 1);
	check(t, said_times(text, "of backtraces of orders is full") == 1);
	check(t, said_times(text, "\n") == 2);
}

/* waits that are too long */

static const char *spun(const void *l, uint64_t since)
{
	said_begin();
	lockup_spinning(l, since);
	return said_end();
}

TEST("hosted/watch_reports", test_spinner_says_so_once_for_each_wait)
{
	uint64_t now = clock_ns();
	uint64_t long_ago = now - SPIN;
	const char *text;

	begin();
	check(t, !said_times(spun(&locks[0], now), "\n"));
	text = spun(&locks[0], long_ago);
	check(t, said_times(text, "spins for") == 1);
	check(t, said_times(text, "nobody is known to hold it") == 1);
	check(t, !said_times(spun(&locks[0], long_ago), "\n"));
	put(&some[1], &locks[0], CLASS_NONE, HELD_GOT, now);
	text = spun(&locks[0], long_ago + 1);
	check(t, said_times(text, "spins for") == 1);
	check(t, said_times(text, "its holder, thread 7001 \"second\":") == 1);
	check(t, said_times(text, "lockup: end of report\n") == 1);
	end();
}

static const char *look(uint64_t now)
{
	said_begin();
	lockup_look(now);
	return said_end();
}

TEST("hosted/watch_reports", test_sleeper_is_told_once_for_each_wait)
{
	const uint64_t from = clock_ns();
	unsigned class = lockdep_class_of(&kernel_lockdep, &still, WATCH_SPIN,
					  0);
	const char *text;

	begin();
	put(&some[0], &still, class, HELD_GOT, from);
	put(&some[1], &still, class, HELD_WAITING, from);
	check(t, !said_times(look(from), "hung:"));
	check(t, !said_times(look(from + HUNG - 1), "hung:"));
	text = look(from + HUNG);
	check(t, said_times(text, "hung: thread 7001 \"second\" sleeps") == 1);
	check(t, said_times(text, "its holder, thread 7000 \"first\":") == 1);
	check(t, said_times(text, "hung: end of report\n") == 1);
	for (unsigned i = 1; i < 4; i++)
		check(t, !said_times(look(from + HUNG + i * SECOND), "hung:"));
	/* it had it, and waits anew */
	store_relaxed(&some[1].held[0].since, from + HUNG);
	check(t, !said_times(look(from + 2 * HUNG - 1), "hung:"));
	check(t, said_times(look(from + 2 * HUNG + SECOND), "hung: thread")
	      == 1);
	end();
}

TEST("hosted/watch_reports", test_circle_is_told_once)
{
	const uint64_t from = clock_ns();
	const char *text;

	look(from);	/* nobody waits; what was told is before it */
	begin();
	for (unsigned i = 0; i < 2; i++) {
		put(&some[i], &locks[i], CLASS_NONE, HELD_GOT, from);
		put(&some[i], &locks[1 - i], CLASS_NONE, HELD_WAITING, from);
	}
	put(&some[2], &locks[0], CLASS_NONE, HELD_WAITING, from);
	text = look(from + SECOND);
	check(t, said_times(text, "deadlock: these threads") == 1);
	check(t, said_times(text, "DEADLOCK 7000 \"first\" sleeps for") == 1);
	check(t, said_times(text, "DEADLOCK 7001 \"second\" sleeps for") == 1);
	check(t, !said_times(text, "\"third\""));
	check(t, !said_times(look(from + 2 * SECOND), "\n"));
	check(t, !said_times(look(from + 9 * SECOND), "\n"));
	end();
}
