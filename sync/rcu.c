/*
 * sync/rcu.c - the kernel's tree, and those who wait for it.
 *
 * Invariant   Whoever wants a grace period drives the tree: begins one if none
 *             is in progress, reports for the idle CPUs and for its own, and
 *             sleeps until it is over; then again, if its cookie needs the next
 *             one.  So there is always somebody who will begin it, or nobody
 *             wants it.
 *             Waiters sleep at the gate of their CPU's leaf; waiters counts
 *             them from before their first look at the tree.
 * Ordering    [H] waiter: waiters, fence, seq.  Who ends one: seq, fence,
 *             waiters.  So a gate that is passed by in over() has nobody who
 *             saw the old seq.  Who is seen is woken by sync/waitq.h's rules.
 *             [K] begun_of: begun_ns -> whoever asks for the age of just that
 *             grace period.  One that ends as it begins leaves no mark, since
 *             reading the clock twice would be a third of its cost (make
 *             bench-rcu, "nobody reads").
 *             Everything else is the tree's: sync/rcu_tree.c.
 * References  Arcangeli, Cao, McKenney and Sarma, Using Read-Copy-Update
 *             Techniques for System V IPC, USENIX 2003 (grace periods that
 *             callers share); McKenney, Is Parallel Programming Hard, 9.5.
 */
#include "sync/rcu.h"

#include "arch/clock.h"
#include "kernel/event.h"
#include "sync/rcu_callbacks.h"
#include "sync/rcu_expedited.h"
#include "sync/rcu_stall.h"
#include "sync/rcu_state.h"
#include "sync/waitq.h"

#define RCU_FIRST	(-(uint64_t)300)	/* soon wraps, in every boot */
#define ASK_MAX_NS	(64 * RCU_ASK_NS)

struct gate {
	struct waitq q;
	struct atomic32 waiters;
} aligned_to(CACHE_LINE);

struct rcu_tree rcu_tree;

static struct gate gates[RCU_NODES];
static struct atomic64 begun_of, begun_ns;	/* which, when */
static struct atomic64 lengths[RCU_LENGTHS];
static struct atomic64 longest_ns;
static struct atomic32 unwatched;

void rcu_init(void)
{
	rcu_tree_init(&rcu_tree, RCU_FIRST);
	for (unsigned n = 0; n < RCU_NODES; n++)
		waitq_init(&gates[n].q);
}

void rcu_watch(bool on)
{
	store_relaxed(&unwatched, !on);		/* relaxed: a setting */
}

void rcu_event(uint16_t kind, uint64_t a, uint64_t b)
{
	if (!load_relaxed(&unwatched))		/* relaxed: a setting */
		event(kind, a, b);
}

uint64_t rcu_age_ns(uint64_t g)
{
	uint64_t ns;

	if (load_acquire(&begun_of) != g)			/* [K] */
		return 0;
	/* relaxed: [K], or by now it is of the next: a glance */
	ns = clock_ns() - load_relaxed(&begun_ns);
	return (int64_t)ns > 0 ? ns : 0;
}

/* relaxed, all of them: statistics */
static void count_length(uint64_t ns)
{
	unsigned i = 0;

	while (i < RCU_LENGTHS - 1 && ns >= 2000ULL << i)
		i++;
	fetch_add_relaxed(&lengths[i], 1);	/* relaxed: above */
	if (ns > load_relaxed(&longest_ns))	/* relaxed: above */
		store_relaxed(&longest_ns, ns);	/* relaxed: above */
}

/* The caller ended a grace period. */
static void over(void)
{
	uint64_t seq = rcu_tree_number(&rcu_tree);

	rcu_event(EVENT_RCU_END, seq, 0);
	count_length(rcu_age_ns(seq - 1));
	fence_seq_cst();					/* [H] */
	for (unsigned n = 0; n < RCU_NODES; n++)
		/* relaxed: the fence orders it */
		if (load_relaxed(&gates[n].waiters))
			waitq_wake_all(&gates[n].q);
}

void rcu_report_here(void)
{
	unsigned cpu = cpu_id();
	bool waited_for = rcu_tree_waits_for(&rcu_tree, cpu);
	bool ended = rcu_tree_report(&rcu_tree, cpu);

	if (waited_for)
		rcu_event(EVENT_RCU_REPORT, rcu_tree_number(&rcu_tree), cpu);
	if (ended)
		over();
}

void rcu_idle_enter(void)
{
	if (rcu_tree_idle_enter(&rcu_tree, cpu_id()))
		over();
}

void rcu_idle_exit(void)
{
	rcu_tree_idle_exit(&rcu_tree, cpu_id());
}

bool rcu_interrupt_enter(void)
{
	if (!rcu_tree_is_idle(&rcu_tree, cpu_id()))
		return false;
	rcu_idle_exit();
	return true;
}

void rcu_interrupt_exit(void)
{
	rcu_idle_enter();
}

void rcu_nmi_exit(void)
{
	rcu_tree_idle_enter_nmi(&rcu_tree, cpu_id());
}

void rcu_cpu_online(void)
{
	rcu_callbacks_init_cpu();
	rcu_tree_online(&rcu_tree, cpu_id());
}

void rcu_cpu_offline(void)
{
	if (rcu_tree_offline(&rcu_tree, cpu_id()))
		over();
}

/* The one in progress did not end at once: its age is wanted. */
static void note_begin(void)
{
	uint64_t g = rcu_tree_number(&rcu_tree);

	/* relaxed: [K] orders it */
	store_relaxed(&begun_ns, clock_ns());
	store_release(&begun_of, g);				/* [K] */
}

bool rcu_drive(bool here)
{
	bool began, ended;

	preempt_disable();
	began = rcu_tree_start(&rcu_tree);
	if (began)
		rcu_event(EVENT_RCU_BEGIN, rcu_tree_number(&rcu_tree), 0);
	ended = rcu_tree_scan(&rcu_tree);
	if (!ended && here && rcu_tree_is_due(&rcu_tree, cpu_id()))
		ended = rcu_tree_report(&rcu_tree, cpu_id());
	if (ended)
		over();
	else if (began)
		note_begin();
	preempt_enable();
	return ended;
}

struct wish {
	uint64_t cookie;
	bool hurry;
};

static bool is_granted(void *arg)
{
	struct wish *w = arg;

	/* each turn but the last ended a grace period */
	while (!rcu_tree_passed(&rcu_tree, w->cookie)) {
		if (rcu_drive(true))
			continue;
		if (w->hurry)
			rcu_expedite();
		return rcu_tree_passed(&rcu_tree, w->cookie);
	}
	return true;
}

/* A waiter has been patient for patience_ns. */
static void push_on(void)
{
	rcu_ask_holdouts();
	rcu_stall_check();
}

static void sleep_at(struct gate *gate, struct wish *w)
{
	uint64_t patience_ns = RCU_ASK_NS;

	/* relaxed: the fence orders it */
	fetch_add_relaxed(&gate->waiters, 1);
	fence_seq_cst();					/* [H] */
	/* ended by the grace period: see sync/rcu_stall.h if it is not */
	while (!wait_event_timeout(&gate->q, is_granted, w,
				   clock_ns() + patience_ns)) {
		push_on();
		if (patience_ns < ASK_MAX_NS)
			patience_ns *= 2;
	}
	fetch_add_relaxed(&gate->waiters, -1);	/* relaxed: we saw the end */
}

/* Where a thread is a CPU, others report before we could be asleep. */
static bool comes_soon(struct wish *w)
{
	for (int i = 0; i < RCU_SPINS; i++) {
		uint64_t g = rcu_tree_number(&rcu_tree);

		for (; i < RCU_SPINS && rcu_tree_number(&rcu_tree) == g; i++)
			cpu_delay(1);
		if (is_granted(w))
			return true;
	}
	return false;
}

void rcu_wait_for(uint64_t cookie, bool hurry)
{
	struct wish w = { cookie, hurry };

	might_sleep();
	if (!is_granted(&w))
		sleep_at(&gates[rcu_tree_leaf(cpu_id())], &w);
}

void synchronize_rcu(void)
{
	struct wish w = { rcu_tree_cookie(&rcu_tree), false };

	might_sleep();
	if (!is_granted(&w) && !comes_soon(&w))
		sleep_at(&gates[rcu_tree_leaf(cpu_id())], &w);
}

uint64_t get_state_synchronize_rcu(void)
{
	return rcu_tree_cookie(&rcu_tree);
}

uint64_t start_poll_synchronize_rcu(void)
{
	uint64_t cookie = rcu_tree_cookie(&rcu_tree);

	rcu_drive(false);
	rcu_callbacks_want(cookie);
	return cookie;
}

bool poll_state_synchronize_rcu(uint64_t cookie)
{
	return rcu_tree_passed(&rcu_tree, cookie);
}

void cond_synchronize_rcu(uint64_t cookie)
{
	if (!poll_state_synchronize_rcu(cookie))
		rcu_wait_for(cookie, false);
}

void rcu_look(struct rcu_look *out)
{
	uint64_t seq = rcu_tree_number(&rcu_tree);

	*out = (struct rcu_look){
		.seq = seq,
		.age_ns = rcu_age_ns(seq),
		.periods = (seq - RCU_FIRST) / 2,
		.asked = rcu_ask_count(),
		.stalls = rcu_stall_count(),
		.longest_ns = load_relaxed(&longest_ns), /* relaxed: a glance */
	};
	for (unsigned i = 0; i < RCU_LENGTHS; i++)
		/* relaxed: a glance */
		out->lengths[i] = load_relaxed(&lengths[i]);
}
