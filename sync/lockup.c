/*
 * sync/lockup.c - who waits too long tells for whom.
 *
 * Invariant   A wait is told at the look at which it has become older than the
 *             limit, and was not at the look before: so each is told once.
 *             looked_at is the time of the look before; looks are not made two
 *             at a time, by looking.
 * Ordering    [A] looking 0 -> the next look: nodes[] and looked_at are its.
 * References  Linux, Documentation/admin-guide/lockup-watchdogs.rst.
 */
#include "sync/lockup.h"

#include "arch/clock.h"
#include "kernel/printk.h"
#include "sync/lockdep.h"
#include "sync/park.h"
#include "sync/selves.h"
#include "sync/timer.h"
#include "sync/wait_graph.h"

#define DEPTH		16
#define SECOND		1000000000ULL
#define PERIOD_NS	(10 * SECOND)	/* six looks in a minute of idle */
#define PERIOD_MIN_NS	(SECOND / 10)

static struct atomic64 spin_limit = ATOMIC64(10 * SECOND);
static struct atomic64 hung_limit = ATOMIC64(30 * SECOND);

static struct atomic32 looking;
static struct wait_node nodes[WAIT_NODES];
static uint64_t looked_at;

uint64_t lockup_limit(enum lockup_kind kind)
{
	/* relaxed: a setting */
	return load_relaxed(kind == LOCKUP_SPIN ? &spin_limit : &hung_limit);
}

static void print_stack_of(const struct sync_self *s)
{
	uint64_t pcs[DEPTH];
	unsigned n = sync_self_stack(s, pcs, DEPTH);

	for (unsigned i = 0; i < n; i++)
		pr_warn("  #%u %pB", i, (void *)pcs[i]);
}

static void print_thread(const char *what, const struct sync_self *s)
{
	pr_warn("%s thread %u \"%s\":", what, s->id, s->name ? s->name : "");
	lockdep_print_held(s);
	print_stack_of(s);
}

static void print_owner(const void *l, const struct sync_self *not)
{
	const struct sync_self *owner = selves_holder(l, not);

	if (owner)
		print_thread("its holder,", owner);
	else
		pr_warn("nobody is known to hold it");
}

/* spinning */

static never_inline void tell_spinner(const void *l, uint64_t for_ns)
{
	pr_warn("lockup: cpu %u spins for %lu ms for the lock at %p", cpu_id(),
		for_ns / 1000000, l);
	print_thread("it is in", sync_self());
	print_owner(l, sync_self());
	pr_warn("lockup: end of report");
}

void lockup_spinning(const void *l, uint64_t since_ns)
{
	struct sync_self *self = sync_self();
	uint64_t now = clock_ns();

	if (now - since_ns < lockup_limit(LOCKUP_SPIN)
	    || self->told_ns == since_ns)
		return;
	self->told_ns = since_ns;
	tell_spinner(l, now - since_ns);
}

/* sleeping */

static void say(const char *line)
{
	pr_warn("  %s", line);
}

/* True: it was younger than that at the last look. */
static bool became(const struct wait_node *node, uint64_t limit, uint64_t now)
{
	return now - node->since_ns >= limit &&
	       (looked_at < node->since_ns ||
		looked_at - node->since_ns < limit);
}

static void tell_hung(const struct wait_node *node, uint64_t now)
{
	pr_warn("hung: thread %u \"%s\" sleeps for %lu ms for the lock at %p",
		node->id, node->name, (now - node->since_ns) / 1000000,
		node->object);
	wait_graph_print(node, 1, say);
	print_stack_of(node->self);
	print_owner(node->object, node->self);
	pr_warn("hung: end of report");
}

static void tell_deadlock(unsigned n)
{
	pr_warn("deadlock: these threads wait for each other:");
	for (unsigned i = 0; i < n; i++)
		if (nodes[i].deadlocked)
			wait_graph_print(&nodes[i], 1, say);
	pr_warn("deadlock: end of report");
}

void lockup_look(uint64_t now)
{
	bool deadlock = false;
	unsigned n;

	if (xchg_acquire(&looking, 1))			/* [A] */
		return;
	n = wait_graph(nodes);
	for (unsigned i = 0; i < n; i++) {
		deadlock |= nodes[i].deadlocked &&
			    became(&nodes[i], PERIOD_MIN_NS, now);
		if (nodes[i].sleeps && nodes[i].class != CLASS_NONE &&
		    became(&nodes[i], lockup_limit(LOCKUP_HUNG), now))
			tell_hung(&nodes[i], now);
	}
	if (deadlock)
		tell_deadlock(n);
	looked_at = now;
	store_release(&looking, 0);			/* [A] */
}

static uint64_t period(void)
{
	uint64_t limit = lockup_limit(LOCKUP_HUNG);

	if (limit >= 3 * PERIOD_NS)
		return PERIOD_NS;
	return limit / 3 > PERIOD_MIN_NS ? limit / 3 : PERIOD_MIN_NS;
}

static void look_again(struct timer *timer)
{
	uint64_t now = clock_ns();

	lockup_look(now);
	timer_start(timer, now + period());
}

static struct timer look_timer = TIMER_INIT(look_again);

void lockup_start(void)
{
	if (watch_on())
		timer_start(&look_timer, clock_ns() + period());
}

void lockup_set_limit(enum lockup_kind kind, uint64_t ns)
{
	/* relaxed: a setting */
	store_relaxed(kind == LOCKUP_SPIN ? &spin_limit : &hung_limit, ns);
	lockup_start();
}
