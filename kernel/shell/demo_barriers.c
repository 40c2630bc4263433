/*
 * kernel/shell/demo_barriers.c - nobody goes on before all have come.
 *
 * Ordering    [A] a member's store of came -> who leaves the barrier and looks
 *             whether all came: ordered by the barrier; the first row has none,
 *             and is wrong.
 *             [B] member 0's store of more, before it comes to the barrier ->
 *             the others' load, after they left it.
 */
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/shell/demo.h"
#include "kernel/shell/demo_crew.h"
#include "sync/barrier_central.h"
#include "sync/barrier_dissemination.h"
#include "sync/barrier_ops.h"
#include "sync/barrier_tree.h"

#define MS		150
#define EPISODES	1000

BARRIER_OPS(barrier_tree)
BARRIER_OPS(barrier_dissemination)

/* who is which member does not matter to this one */
static void central_init(void *b, unsigned n)
{
	barrier_central_init(b, n);
}

static void central_wait(void *b, unsigned unused)
{
	(void)unused;
	barrier_central_wait(b);
}

static void none_init(void *b, unsigned n)
{
	(void)b;
	(void)n;
}

static void none_wait(void *b, unsigned member)
{
	(void)b;
	(void)member;
	cpu_relax();
}

static const struct barrier_ops central_ops = {
	"barrier_central", central_init, central_wait
}, none_ops = { "none", none_init, none_wait };

static struct barrier_central central;
static struct barrier_tree tree;
static struct barrier_dissemination dissemination;

static const struct kind {
	const struct barrier_ops *ops;
	void *barrier;
} kinds[] = {
	{ &none_ops, NULL },
	{ &central_ops, &central },
	{ &barrier_tree_ops, &tree },
	{ &barrier_dissemination_ops, &dissemination },
}, *kind;

static unsigned members;
static struct {
	struct atomic32 episode;
} aligned_to(CACHE_LINE) came[DEMO_CREW_MAX];
static struct atomic32 more[2];	/* is there an odd, an even episode? */

static void meet(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];

	for (uint32_t e = 1; e <= EPISODES; e++) {
		if (member == 0)
			store_release(&more[e & 1], demo_on());	/* [B] */
		store_release(&came[member].episode, e);	/* [A] */
		kind->ops->wait(kind->barrier, member);
		for (unsigned i = 0; i < members; i++)
			if (load_acquire(&came[i].episode) < e)	/* [A] */
				t->other++;
		t->done++;
		if (!load_acquire(&more[e & 1]))		/* [B] */
			break;
	}
}

static void show(unsigned n)
{
	struct demo_sum sum;

	members = n;
	kind->ops->init(kind->barrier, n);
	for (unsigned i = 0; i < n; i++)
		/* relaxed: before the threads exist */
		store_relaxed(&came[i].episode, 0);
	store_relaxed(&more[0], true);		/* relaxed: as above */
	store_relaxed(&more[1], true);		/* relaxed: as above */
	if (!demo_crew(meet, MS))
		return;
	sum = demo_sum();
	console_printf("  %-24s %9lu %9lu\n", kind->ops->name, sum.greatest,
		       sum.all.other);
}

void demo_barriers(void)
{
	unsigned n = demo_crew_size();

	console_printf("%u threads meet again and again, %u ms a row.\n", n,
		       MS);
	console_printf("  %-24s %9s %9s\n", "", "episodes", "missing");
	for (kind = kinds; kind < kinds + ARRAY_LEN(kinds); kind++)
		show(n);
	console_printf("missing: how many had not come when somebody went on. "
		       "0 is the promise.\n"
		       "All three keep it; they differ in how many CPUs share "
		       "a cache line.\n");
}
