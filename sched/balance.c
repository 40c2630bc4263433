/*
 * sched/balance.c - which CPU, when a thread becomes ready or a CPU idle.
 *
 * Invariant   At most one runqueue lock is held.  A thread on its way from one
 *             queue to another is MOVING, its cpu already names the target, and
 *             whoever made it MOVING is the only one to queue it.  Under the
 *             target's lock its affinity is looked at again.
 *             No thread waits behind another for longer than a switch takes
 *             while a CPU that may run it idles: an idle CPU [A] shows its bit,
 *             then looks at all queues; whoever queues a thread on a busy CPU
 *             [A] does that, then looks for idle bits and sends one of them the
 *             reschedule IPI.  At least one of the two sees the other (Dekker).
 * Ordering    [A] two stores, each with a fence between it and a load of the
 *             other's word: the idle CPU's bit, in sched/idle.c, and
 *             queued_prios, in place_here().
 * References  Blumofe and Leiserson, Scheduling multithreaded computations by
 *             work stealing, JACM 46(5), 1999, for who looks and who is left
 *             alone; Lozi et al., The Linux scheduler: a decade of wasted
 *             cores, EuroSys 2016, for what the invariant above prevents.
 */
#include "sched/schedule.h"

#include "arch/cpu.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/irq.h"
#include "kernel/assert.h"
#include "kernel/event.h"
#include "sync/preempt.h"

/* CPUs that run their idle thread; each sets and clears its own bit. */
struct cpumask cpus_idle;

/* May be taken: idle, and nobody has been queued there since. */
static bool is_vacant(unsigned cpu)
{
	return cpumask_test(&cpus_idle, cpu) &&
	       runqueue_is_empty(per_cpu_ptr(&runqueue, cpu));
}

static bool may_run(const struct thread *t, unsigned cpu)
{
	return cpumask_test(&t->affinity, cpu) &&
	       cpumask_test(&cpus_online, cpu);
}

/* A vacant CPU from .. to - 1 that t may run on; or NR_CPUS. */
static unsigned vacant_between(const struct thread *t, unsigned from,
			       unsigned to)
{
	unsigned cpu = cpumask_next(&cpus_idle, from);

	while (cpu < to && !(may_run(t, cpu) && is_vacant(cpu)))
		cpu = cpumask_next(&cpus_idle, cpu + 1);
	return cpu < to ? cpu : NR_CPUS;
}

/* A vacant CPU that t may run on, cpu and those behind it first; NR_CPUS. */
static unsigned vacant_cpu(const struct thread *t, unsigned cpu)
{
	unsigned found = vacant_between(t, cpu, NR_CPUS);

	return found < NR_CPUS ? found : vacant_between(t, 0, cpu);
}

/* Where t should run: its last CPU, rather any that idles, if it may. */
static unsigned choose(const struct thread *t)
{
	unsigned last = thread_cpu(t);
	unsigned cpu;

	if (may_run(t, last) && is_vacant(last))
		return last;
	cpu = vacant_cpu(t, last);
	if (cpu < NR_CPUS)
		return cpu;
	if (may_run(t, last))
		return last;
	cpu = cpumask_next(&t->affinity, 0);
	while (!cpumask_test(&cpus_online, cpu)) {
		cpu = cpumask_next(&t->affinity, cpu + 1);
		assert(cpu < NR_CPUS);	/* some CPU of the mask is online */
	}
	return cpu;
}

/* Queue t on its CPU, whose lock is held and released; tell who must know. */
static void place_here(struct runqueue *rq, struct thread *t)
{
	unsigned cpu = thread_cpu(t);
	struct thread *running = thread_on(cpu);
	bool waits = running->prio >= 0 || !runqueue_is_empty(rq);
	bool kick = t->prio > running->prio;
	unsigned helper = NR_CPUS;

	thread_set_state(t, THREAD_READY);
	runqueue_push(rq, t, false);
	if (schedule_watched())
		event(EVENT_WAKE, t->id, cpu);
	if (waits) {
		kick |= tick_ask(rq);
		/* queued_prios before cpus_idle: the idle CPU does it the
		 * other way round */
		fence_seq_cst();				/* [A] */
		helper = vacant_cpu(t, cpu);
	}
	runqueue_unlock(rq);
	if (kick)
		schedule_kick(cpu);
	if (helper < NR_CPUS)
		schedule_kick(helper);
}

/* t is new, moving or parked, and the caller is the one to make it run. */
void balance_place(struct thread *t)
{
	struct runqueue *rq = thread_lock(t);
	unsigned cpu = choose(t);

	thread_set_state(t, THREAD_MOVING);
	/* another round only if the affinity was changed meanwhile */
	while (cpu != thread_cpu(t)) {
		/* relaxed: under the lock of the CPU that it leaves */
		store_relaxed(&t->cpu, cpu);
		runqueue_unlock(rq);
		rq = runqueue_lock(cpu);
		if (!cpumask_test(&t->affinity, cpu))
			cpu = choose(t);
	}
	place_here(rq, t);
}

/* One thread from victim's queue to thief's, if there is one it may run. */
static bool steal_from(unsigned victim, unsigned thief)
{
	struct runqueue *rq = runqueue_lock(victim);
	struct thread *t = runqueue_steal(rq, thief);

	if (t) {
		thread_set_state(t, THREAD_MOVING);
		/* relaxed: under the lock of the CPU that it leaves */
		store_relaxed(&t->cpu, thief);
	}
	runqueue_unlock(rq);
	if (t)
		balance_place(t);
	return t;
}

/* The first CPU from `from` on with somebody in its queue; or NR_CPUS. */
static unsigned next_loaded(unsigned from)
{
	uint64_t skip = ~0ULL << from % 64;

	for (unsigned i = from / 64; i < CPUMASK_WORDS; i++) {
		/* relaxed: the queue of a CPU that just came is empty */
		uint64_t rest = load_relaxed(&cpus_online.word[i]) & skip;

		for (; rest; rest &= rest - 1) {
			unsigned cpu = 64 * i + (unsigned)__builtin_ctzll(rest);

			if (!runqueue_is_empty(per_cpu_ptr(&runqueue, cpu)))
				return cpu;
		}
		skip = ~0ULL;
	}
	return NR_CPUS;
}

/* One thread for thief, from a CPU in from .. to - 1. */
static bool steal_between(unsigned thief, unsigned from, unsigned to)
{
	for (unsigned cpu = next_loaded(from); cpu < to;
	     cpu = next_loaded(cpu + 1))
		if (steal_from(cpu, thief))
			return true;
	return false;
}

/* The thief set its bit in cpus_idle [A] before, and its queue was empty. */
bool balance_steal(unsigned thief)
{
	return steal_between(thief, thief + 1, NR_CPUS) ||
	       steal_between(thief, 0, thief);
}
