/*
 * tests/sync/test_lockdep.c - what the judge must say, and where it must not.
 *
 * In the manner of Linux's lib/locking-selftest.c: small programs that take
 * locks in every order, each with its verdict, those with none included.  One
 * thread plays all parts, so that nothing ever waits.  Programs that cannot
 * wait for themselves run with the locks too.
 */
#include "tests/sync/lockdep_trial.h"

#include "kernel/string.h"

static const enum watch_kind exclusive[] = {
	WATCH_SPIN, WATCH_TAS, WATCH_TTAS, WATCH_TICKET, WATCH_MCS, WATCH_CLH,
	WATCH_RWLOCK, WATCH_PHASE_FAIR, WATCH_BRLOCK, WATCH_MUTEX, WATCH_RWSEM,
	WATCH_PI_MUTEX,
};

static const enum watch_kind spinning[] = {
	WATCH_SPIN, WATCH_TAS, WATCH_TTAS, WATCH_TICKET, WATCH_MCS, WATCH_CLH,
	WATCH_RWLOCK, WATCH_PHASE_FAIR, WATCH_BRLOCK,
};

static const enum watch_kind readers[] = {
	WATCH_RWLOCK, WATCH_PHASE_FAIR, WATCH_BRLOCK, WATCH_RWSEM,
};

struct program {
	const char *text;
	enum lockdep_verdict verdict;
	bool real;		/* no part of it waits for itself */
};

static unsigned ran, wrong;

static void judge_one(struct test *t, const char *text, enum watch_kind kind,
		      bool real, enum lockdep_verdict expected)
{
	enum lockdep_verdict got = trial_run(text, kind, real);

	ran++;
	if (got == expected)
		return;
	wrong++;
	if (t)
		test_note(t, "%s%s: %s: said \"%s\"", real ? "real " : "",
			  lockdep_kind_name(kind), text,
			  lockdep_verdict_name(got));
}

static void judge_all(struct test *t, const struct program *p, unsigned n,
		      const enum watch_kind *kinds, unsigned nr_kinds)
{
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < nr_kinds; k++) {
			judge_one(t, p[i].text, kinds[k], false, p[i].verdict);
			if (p[i].real)
				judge_one(t, p[i].text, kinds[k], true,
					  p[i].verdict);
		}
}

/* orders of two, three and four locks */
static const struct program orders[] = {
	{ "A B b a / A B b a", LOCKDEP_SILENT, true },
	{ "A B b a / B A a b", LOCKDEP_CYCLE, true },
	{ "A B b a / B C c b / A C c a", LOCKDEP_SILENT, true },
	{ "A B b a / B C c b / C A a c", LOCKDEP_CYCLE, true },
	{ "A B C c b a / C A a c", LOCKDEP_CYCLE, true },
	{ "A B b a / C A a c / B C c b", LOCKDEP_CYCLE, true },
	{ "A B b a / B C c b / C D d c / D A a d", LOCKDEP_CYCLE, true },
	{ "A B b a / B D d b / C D d c / D A a d", LOCKDEP_CYCLE, true },
	{ "A B b a / C D d c / B C c b / D A a d", LOCKDEP_CYCLE, true },
	{ "A B b a / C D d c / B D d b / A C c a", LOCKDEP_SILENT, true },
	{ "D C B A a b c d / A a / B C c b", LOCKDEP_CYCLE, true },
	{ "A B a C c b / C A a c", LOCKDEP_CYCLE, true },
	{ "A B a b / B A b a", LOCKDEP_CYCLE, true },
	{ "A a B b / B b A a", LOCKDEP_SILENT, true },
	{ "A Z", LOCKDEP_RECURSION, false },
	{ "A A", LOCKDEP_RECURSION, false },
	{ "A B Z", LOCKDEP_RECURSION, false },
	{ "A Z1 z a / A Z1 z a", LOCKDEP_SILENT, false },
	{ "A Z1 z a / A1 Z a z", LOCKDEP_CYCLE, false },
	{ "A1 Z1", LOCKDEP_RECURSION, false },
	{ "A1 Z2 z a / Z2 A3 a z / A3 Z1", LOCKDEP_CYCLE, false },
	{ "A ?B b a / B A a b", LOCKDEP_SILENT, false },
	{ "A ?Z z a", LOCKDEP_SILENT, false },
	{ "?A B b a / ?B A a b", LOCKDEP_CYCLE, false },
};

TEST("sync/lockdep", test_lockdep_finds_cycles_of_any_length)
{
	if (!trial_begin(t, &trial_ops))
		return;
	ran = wrong = 0;
	judge_all(t, orders, ARRAY_LEN(orders), exclusive,
		  ARRAY_LEN(exclusive));
	trial_end();
	test_note(t, "%u programs", ran);
	check(t, ran >= 400 && !wrong);
}

/* unlocking, freeing, ending */
static const struct program ends[] = {
	{ "A a", LOCKDEP_SILENT, true },
	{ "A a a", LOCKDEP_NOT_HELD, false },
	{ "a", LOCKDEP_NOT_HELD, false },
	{ "A b", LOCKDEP_NOT_HELD, false },
	{ "oA a", LOCKDEP_STRANGER, false },
	{ "A fA", LOCKDEP_FREED, false },
	{ "A B fA", LOCKDEP_FREED, false },
	{ "oA fA", LOCKDEP_FREED, false },
	{ "A a fA", LOCKDEP_SILENT, true },
	{ "A fB", LOCKDEP_SILENT, false },
	{ "A $", LOCKDEP_EXIT, false },
	{ "A a $", LOCKDEP_SILENT, true },
	/* a freed lock's memory is nobody's: no class, so no order */
	{ "A B b a fA B A a b", LOCKDEP_SILENT, false },
};

TEST("sync/lockdep", test_lockdep_finds_wrong_ends)
{
	if (!trial_begin(t, &trial_ops))
		return;
	ran = wrong = 0;
	judge_all(t, ends, ARRAY_LEN(ends), exclusive, ARRAY_LEN(exclusive));
	trial_end();
	check(t, ran >= 150 && !wrong);
}

/* readers: the verdict for each of readers[] */
static const struct {
	const char *text;
	enum lockdep_verdict verdict[ARRAY_LEN(readers)];
} shared[] = {
#define NO	LOCKDEP_SILENT
#define REC	LOCKDEP_RECURSION
#define CYC	LOCKDEP_CYCLE
	{ "rA rA ra ra", { NO, REC, NO, REC } },
	{ "rA rZ rz ra", { NO, REC, NO, REC } },
	{ "rA ?A", { NO, NO, NO, NO } },
	{ "rA A", { REC, REC, REC, REC } },
	{ "A rA", { REC, REC, REC, REC } },
	{ "A rZ", { REC, REC, REC, REC } },
	{ "rA rB rb ra / rA rB rb ra", { NO, NO, NO, NO } },
	{ "rA rB rb ra / rB rA ra rb", { NO, CYC, CYC, CYC } },
	{ "rA B b ra / B rA ra b", { NO, CYC, CYC, CYC } },
	{ "A rB rb a / rB A a rb", { NO, CYC, CYC, CYC } },
	{ "rA B b ra / B A a b", { CYC, CYC, CYC, CYC } },
	{ "A B b a / rB A a rb", { CYC, CYC, CYC, CYC } },
	{ "A rB rb a / B A a b", { CYC, CYC, CYC, CYC } },
	{ "A B b a / B rA ra b", { CYC, CYC, CYC, CYC } },
	{ "A rB rb a / B rA ra b", { CYC, CYC, CYC, CYC } },
	{ "rA B b ra / rB A a rb", { CYC, CYC, CYC, CYC } },
	{ "rA B b ra / B rC rc b / rC A a rc", { NO, CYC, CYC, CYC } },
	{ "A rB rb a / rB C c rb / C A a c", { NO, CYC, CYC, CYC } },
	{ "A rB rb a / B C c b / C A a c", { CYC, CYC, CYC, CYC } },
	{ "A B b a / rB C c rb / C A a c", { CYC, CYC, CYC, CYC } },
	{ "rA B b ra / rB rC rc rb / C A a c", { CYC, CYC, CYC, CYC } },
	{ "rA rB rb ra / rB rC rc rb / rC rA ra rc", { NO, CYC, CYC, CYC } },
	{ "A rB rb a / rB C c rb / B C c b / C A a c",
	  { CYC, CYC, CYC, CYC } },
};

static void judge_readers(struct test *t)
{
	for (unsigned i = 0; i < ARRAY_LEN(shared); i++)
		for (unsigned k = 0; k < ARRAY_LEN(readers); k++)
			judge_one(t, shared[i].text, readers[k], false,
				  shared[i].verdict[k]);
}

TEST("sync/lockdep", test_lockdep_knows_readers_from_writers)
{
	if (!trial_begin(t, &trial_ops))
		return;
	ran = wrong = 0;
	judge_readers(t);
	/* the same, where no part waits, by the locks themselves */
	judge_one(t, "rA rB rb ra / rB rA ra rb", WATCH_RWLOCK, true, NO);
	judge_one(t, "rA B b ra / B A a b", WATCH_RWLOCK, true, CYC);
	judge_one(t, "rA rB rb ra / rB rA ra rb", WATCH_PHASE_FAIR, true, CYC);
	judge_one(t, "rA rA ra ra", WATCH_BRLOCK, true, NO);
	judge_one(t, "rA rB rb ra / rB rA ra rb", WATCH_BRLOCK, true, CYC);
	judge_one(t, "rA rB rb ra / rB rA ra rb", WATCH_RWSEM, true, CYC);
	trial_end();
	check(t, ran >= 90 && !wrong);
}

/* interrupts */
static const struct program interrupts[] = {
	{ "{ A a } A a", LOCKDEP_IRQ_USE, true },
	{ "A a { A a }", LOCKDEP_IRQ_USE, true },
	{ "{ A a } ( A a )", LOCKDEP_SILENT, true },
	{ "( A a ) { A a } ( A a )", LOCKDEP_SILENT, true },
	{ "{ A a } ( A ) a", LOCKDEP_IRQ_USE, true },
	{ "{ A a } { A a }", LOCKDEP_SILENT, true },
	{ "{ A a } ?A a", LOCKDEP_IRQ_USE, false },
	{ "{ ?A a } A a", LOCKDEP_SILENT, false },
	{ "A { B b } a", LOCKDEP_SILENT, true },
	{ "A { B b } a ( B A a b )", LOCKDEP_IRQ_ORDER, true },
	{ "A { A", LOCKDEP_IRQ_USE, false },
	{ "A { B A", LOCKDEP_IRQ_ORDER, false },
	{ "{ A B b a } ( B A a b )", LOCKDEP_CYCLE, true },
	{ "{ A a } ( A B b a ) { B b }", LOCKDEP_SILENT, true },
	{ "M { A a } m", LOCKDEP_SILENT, true },
};

/* every order of observing; the last needs all of them */
static const char *const irq_three[] = {
	"{ A a } / ", "( A B b a ) / ", "B b / ",
};
static const char *const irq_four[] = {
	"{ A a } / ", "( A B b a ) / ", "( B C c b ) / ", "C c / ",
};
static const char *const irq_none[] = {
	"{ A a } / ", "( A B b a ) / ", "( B C c b ) / ", "( C c ) / ",
};

static void append(char *text, const char *more)
{
	string_copy(text + strlen(text), more, 128 - strlen(text));
}

/* All orders of n parts, by n! numbers in the factorial base. */
static void judge_orders(struct test *t, const char *const *parts, unsigned n,
			 enum lockdep_verdict verdict)
{
	unsigned total = 1;

	for (unsigned i = 2; i <= n; i++)
		total *= i;
	for (unsigned number = 0; number < total; number++) {
		char text[128] = "";
		unsigned left = (1u << n) - 1, rest = number;

		for (unsigned i = n; i; i--) {
			unsigned skip = rest % i, at = 0;

			rest /= i;
			while (!(left >> at & 1) || skip--)
				at++;
			left &= ~(1u << at);
			append(text, parts[at]);
		}
		for (unsigned k = 0; k < ARRAY_LEN(spinning); k++)
			judge_one(t, text, spinning[k], false, verdict);
	}
}

TEST("sync/lockdep", test_lockdep_knows_what_interrupts_do)
{
	if (!trial_begin(t, &trial_ops))
		return;
	ran = wrong = 0;
	judge_all(t, interrupts, ARRAY_LEN(interrupts), spinning,
		  ARRAY_LEN(spinning));
	judge_orders(t, irq_three, 3, LOCKDEP_IRQ_ORDER);
	judge_orders(t, irq_four, 4, LOCKDEP_IRQ_ORDER);
	judge_orders(t, irq_none, 4, LOCKDEP_SILENT);
	trial_end();
	test_note(t, "%u programs", ran);
	check(t, ran >= 500 && !wrong);
}

#define USE	LOCKDEP_IRQ_USE
#define ORD	LOCKDEP_IRQ_ORDER
static const struct {
	const char *text;
	enum lockdep_verdict verdict[3];	/* the first three readers */
} irq_readers[] = {
	{ "{ rA ra } rA ra", { NO, USE, NO } },
	{ "rA ra { rA ra }", { NO, USE, NO } },
	{ "{ rA ra } A a", { USE, USE, USE } },
	{ "{ A a } rA ra", { USE, USE, USE } },
	{ "{ rA ra } ( A a ) rA ra", { NO, USE, NO } },
	{ "{ rA ra } ( A B b a ) B b", { ORD, ORD, ORD } },
	{ "{ A a } ( rA B b ra ) rB rb", { ORD, ORD, ORD } },
	{ "{ A a } ( A rB rb a ) rB rb", { NO, ORD, ORD } },
	{ "{ rA ra } ( rA B b ra ) B b", { NO, ORD, NO } },
};

TEST("sync/lockdep", test_lockdep_knows_readers_in_interrupts)
{
	if (!trial_begin(t, &trial_ops))
		return;
	ran = wrong = 0;
	for (unsigned i = 0; i < ARRAY_LEN(irq_readers); i++)
		for (unsigned k = 0; k < 3; k++)
			judge_one(t, irq_readers[i].text, readers[k], false,
				  irq_readers[i].verdict[k]);
	trial_end();
	check(t, ran >= 27 && !wrong);
}

/* what must not sleep, or wait at all */
static const struct program contexts[] = {
	{ "M A a m", LOCKDEP_SILENT, true },
	{ "A M", LOCKDEP_SLEEP, false },
	{ "A ?M m a", LOCKDEP_SILENT, false },
	{ "A a M m", LOCKDEP_SILENT, true },
	{ "A s", LOCKDEP_SLEEP, false },
	{ "M s m", LOCKDEP_SILENT, false },
	{ "( M", LOCKDEP_SLEEP, false },
	{ "{ M", LOCKDEP_SLEEP, false },
	{ "{ s", LOCKDEP_SLEEP, false },
	{ "! A", LOCKDEP_NMI, false },
	{ "! ?A a ~", LOCKDEP_SILENT, false },
	{ "A ! ?B b ~ a", LOCKDEP_SILENT, false },
};

TEST("sync/lockdep", test_lockdep_knows_where_one_may_wait)
{
	if (!trial_begin(t, &trial_ops))
		return;
	ran = wrong = 0;
	judge_all(t, contexts, ARRAY_LEN(contexts), spinning,
		  ARRAY_LEN(spinning));
	trial_end();
	check(t, ran >= 120 && !wrong);
}

/* broken judges */

static unsigned search_pairs(struct lockdep *d, unsigned from, unsigned mode,
			     unsigned to, bool is_shared, uint16_t *path)
{
	(void)mode;
	(void)is_shared;
	path[0] = from;
	path[1] = to;
	return load_relaxed(&d->orders[from][to]) & 0xf ? 2 : 0;
}

static unsigned search_all_alike(struct lockdep *d, unsigned from,
				 unsigned mode, unsigned to, bool is_shared,
				 uint16_t *path)
{
	unsigned n = load_relaxed(&d->nr_classes);

	(void)is_shared;
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < n; j++)
			if (load_relaxed(&d->orders[i][j]) & 0xf)
				store_relaxed(&d->orders[i][j], 1);
	return lockdep_search(d, from, mode & ~HELD_WEAK, to, false, path);
}

static unsigned search_nothing(struct lockdep *d, unsigned from, unsigned mode,
			       unsigned to, bool is_shared, uint16_t *path)
{
	(void)d;
	(void)from;
	(void)mode;
	(void)to;
	(void)is_shared;
	(void)path;
	return 0;
}

static const struct {
	const char *name;
	struct lockdep_ops ops;
} twins[] = {
	{ "cycles of two only", { trial_context, search_pairs, trial_tell } },
	{ "readers are writers",
	  { trial_context, search_all_alike, trial_tell } },
	{ "no search", { trial_context, search_nothing, trial_tell } },
};

TEST("sync/lockdep", test_lockdep_twins_are_found_out)
{
	for (unsigned i = 0; i < ARRAY_LEN(twins); i++) {
		if (!trial_begin(t, &twins[i].ops))
			return;
		ran = wrong = 0;
		judge_all(NULL, orders, ARRAY_LEN(orders), exclusive, 1);
		judge_readers(NULL);
		trial_end();
		test_note(t, "%s: %u of %u wrong", twins[i].name, wrong, ran);
		check(t, wrong > 0);
	}
}

/* A finding has the whole cycle, in its order. */
TEST("sync/lockdep", test_lockdep_finding_draws_the_cycle)
{
	const struct lockdep_finding *f = trial_finding();

	if (!trial_begin(t, &trial_ops))
		return;
	check(t, trial_run("A B b a / B C c b / C D d c / D A a d",
			   WATCH_SPIN, false) == LOCKDEP_CYCLE);
	check(t, f->length == 4);
	for (unsigned i = 0; i + 1 < f->length; i++)
		check(t, f->cycle[i + 1] == f->cycle[i] + 1);
	check(t, f->cycle[0] == f->wanted.class);
	check(t, f->cycle[3] == f->held.class);
	trial_end();
}

/* What was told once is not told again, and does not hide something else. */
TEST("sync/lockdep", test_lockdep_tells_once_and_goes_on)
{
	if (!trial_begin(t, &trial_ops))
		return;
	check(t, trial_run("A B b a / B A a b", WATCH_SPIN, false)
	      == LOCKDEP_CYCLE);
	check(t, trial_findings() == 1);
	check(t, trial_run("A B b a / B A a b / B A a b / A B b a", WATCH_SPIN,
			   false) == LOCKDEP_CYCLE);
	check(t, trial_findings() == 1);
	(void)trial_run("A B b a / B A a b / C D d c / D C c d", WATCH_SPIN,
			false);
	check(t, trial_findings() == 2);
	trial_end();
}
