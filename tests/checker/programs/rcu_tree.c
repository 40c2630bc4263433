/*
 * tests/checker/programs/rcu_tree.c - a writer replaces what two readers look
 * at, and frees the old one when the grace period is over.  One reader's CPU is
 * busy from the beginning, the other's comes out of idleness to read.
 * Told "begun": a grace period is in progress already, which is not enough; and
 * the busy CPU, the only reader, reports between two looks.
 * Told "online": the idle CPU is not even counted before it reads and after.
 * Told "shared": the same, and the busy CPU does not count nor look, but begins
 * a grace period too.
 */
#include "sync/rcu.h"

#include "kernel/mem.h"

#include "tests/checker/checker.h"

enum { WRITER, BUSY, IDLE };

struct thing {
	unsigned value;
};

static struct rcu_tree tree;
static struct atomic_ptr shared;
static char told;
static bool goes_online;

/* As sync/rcu.c does it. */
static void drive(unsigned cpu)
{
	rcu_tree_start(&tree);
	if (!rcu_tree_scan(&tree) && rcu_tree_is_due(&tree, cpu))
		(void)!rcu_tree_report(&tree, cpu);
}

static void replace(void *unused)
{
	struct thing *old = rcu_dereference(&shared);
	static struct thing now = { 2 };
	uint64_t cookie;

	(void)unused;
	rcu_assign_pointer(&shared, &now);
	cookie = rcu_tree_cookie(&tree);
	while (!rcu_tree_passed(&tree, cookie)) {
		uint64_t seq = rcu_tree_number(&tree) | 1;

		drive(WRITER);
		while (rcu_tree_number(&tree) <= seq &&
		       !rcu_tree_is_due(&tree, WRITER))
			cpu_relax();
	}
	old->value = 0;
	mem_free(old);
}

static void look(void)
{
	struct thing *thing = rcu_dereference(&shared);

	assert(thing->value);
}

static void begin_one(void *unused)
{
	(void)unused;
	rcu_tree_start(&tree);
	(void)!rcu_tree_scan(&tree);
}

static void look_while_busy(void *unused)
{
	(void)unused;
	look();
	if (told == 'b') {
		if (rcu_tree_is_due(&tree, BUSY))
			(void)!rcu_tree_report(&tree, BUSY);
		look();
	}
	(void)!rcu_tree_idle_enter(&tree, BUSY);
}

static void look_out_of_idleness(void *unused)
{
	(void)unused;
	if (goes_online)
		rcu_tree_online(&tree, IDLE);
	else
		rcu_tree_idle_exit(&tree, IDLE);
	look();
	if (goes_online)
		(void)!rcu_tree_offline(&tree, IDLE);
	else
		(void)!rcu_tree_idle_enter(&tree, IDLE);
}

static void it_is_over(void)
{
	assert(told == 's' || !(rcu_tree_number(&tree) & 1));
}

void check_setup(void)
{
	struct thing *first = mem_alloc(sizeof(*first));

	told = check_argument()[0];
	goes_online = told == 'o' || told == 's';
	first->value = 1;
	store_relaxed(&shared, first);	/* relaxed: nobody runs yet */
	rcu_tree_init(&tree, 0);
	rcu_tree_online(&tree, WRITER);
	if (told != 's')
		rcu_tree_online(&tree, BUSY);
	if (!goes_online) {
		rcu_tree_online(&tree, IDLE);
		(void)!rcu_tree_idle_enter(&tree, IDLE);
	}
	if (told == 'b')
		rcu_tree_start(&tree);
	check_thread("writer", replace, NULL);
	check_thread("busy", told == 's' ? begin_one : look_while_busy, NULL);
	if (told != 'b')
		check_thread("idle", look_out_of_idleness, NULL);
	check_finally(it_is_over);
}
