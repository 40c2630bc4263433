/*
 * tests/bench/bench_rcu_switch.c - a grace period in switches of threads.
 *
 * On each CPU but the first, two threads take turns until the CPU has reported.
 * The event rings (kernel/event.h) hold when the grace period began, when each
 * CPU switched, and when it reported: all by one count of the whole machine.
 *
 * Ordering    [A] a thread's count in ready -> who counts them.
 */
#include "arch/cpumask.h"
#include "kernel/config.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/event.h"
#include "sched/thread.h"
#include "sync/rcu.h"
#include "tests/bench/bench.h"
#include "tests/bench/busy.h"

#define EVENT_ASKED	(EVENT_USER + 1)	/* the waiter is about to wait */
#define SWITCHES	8			/* the last is: or more */

static struct atomic32 ready;
static uint64_t cookie;			/* written before there are threads */

static bool is_over(void)
{
	return poll_state_synchronize_rcu(cookie);
}

static bool has_reported(void)
{
	return rcu_tree_number(&rcu_tree) & 1
		&& !rcu_tree_waits_for(&rcu_tree, cpu_id());
}

static void take_turns(void *unused)
{
	(void)unused;
	fetch_add_release(&ready, 1);			/* [A] */
	/* ended by the grace period; its ring must not be overwritten */
	while (!is_over())
		if (has_reported())
			cpu_relax();
		else
			thread_yield();
}

/* The first record of this kind on cpu, drawn after seq; or NULL. */
static const struct event_record *first_after(unsigned cpu, uint64_t seq,
					      enum event_kind kind)
{
	uint64_t end = event_count(cpu);
	uint64_t i = end > EVENT_RING_SLOTS ? end - EVENT_RING_SLOTS : 0;

	for (; i < end; i++) {
		const struct event_record *r = event_at(cpu, i);

		if (r->kind == kind && r->seq > seq)
			return r;
	}
	return NULL;
}

/* How often cpu switched from begun on until it reported; 0: not known. */
static unsigned switches_of(unsigned cpu, uint64_t begun)
{
	const struct event_record *report =
		first_after(cpu, begun, EVENT_RCU_REPORT);
	uint64_t seq = begun;
	unsigned n = 1;			/* that in which it reported */

	if (!report)
		return 0;
	while (n < SWITCHES) {
		const struct event_record *r =
			first_after(cpu, seq, EVENT_SWITCH);

		if (!r || r->seq > report->seq)
			break;
		seq = r->seq;
		n++;
	}
	return n;
}

static uint64_t when_it_began(void)
{
	const struct event_record *asked, *began = NULL;
	uint64_t asked_at;

	asked = first_after(cpu_id(), 0, EVENT_ASKED);
	if (!asked)
		return 0;
	asked_at = asked->seq;
	/* a later round's is the last in the ring */
	while ((asked = first_after(cpu_id(), asked_at, EVENT_ASKED)))
		asked_at = asked->seq;
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
		const struct event_record *r =
			cpumask_test(&cpus_online, cpu)
			? first_after(cpu, asked_at, EVENT_RCU_BEGIN) : NULL;

		if (r && (!began || r->seq < began->seq))
			began = r;
	}
	return began ? began->seq : 0;
}

static void say(unsigned busy)
{
	unsigned long how_many[SWITCHES + 1] = { 0 };
	uint64_t begun = when_it_began();

	for (unsigned cpu = 1; cpu < NR_CPUS; cpu++)
		if (cpumask_test(&cpus_online, cpu))
			how_many[begun ? switches_of(cpu, begun) : 0]++;
	console_printf("%u switch:", busy);
	for (unsigned n = 0; n <= SWITCHES; n++)
		console_printf(" %lu", how_many[n]);
	console_printf("\n");
}

int bench_rcu_switch(void)
{
	static struct thread *threads[2 * NR_CPUS];
	unsigned n = 0;
	int error = stay_on_the_first();

	if (error)
		return error;
	store_relaxed(&ready, 0);	/* relaxed: there are no threads yet */
	cookie = get_state_synchronize_rcu();
	for (unsigned twice = 0; twice < 2 * NR_CPUS; twice++) {
		unsigned cpu = twice / 2;

		if (cpu && cpumask_test(&cpus_online, cpu)
		    && (threads[n] = start_on(cpu, take_turns)))
			n++;
	}
	/* ended by the threads: two on each CPU, and nothing else there */
	while (load_acquire(&ready) < n)		/* [A] */
		thread_yield();
	event(EVENT_ASKED, 0, 0);
	synchronize_rcu();
	for (unsigned i = 0; i < n; i++)
		thread_join(threads[i]);
	say(n / 2);
	error = thread_set_affinity(thread_self(), &cpus_possible);
	return n ? error : -ENOMEM;
}
