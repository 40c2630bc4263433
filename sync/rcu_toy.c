/*
 * sync/rcu_toy.c - go and see: be on every CPU once.
 *
 * Invariant   A reader cannot be preempted.  So when another thread runs on its
 *             CPU, the readers that were inside there have left.
 * Ordering    What a reader did comes before the switch to the visitor on the
 *             same CPU, and that before its complete(); sync/completion.h
 *             hands it to the waiter.
 * References  McKenney, Is Parallel Programming Hard, 9.5.1 ("toy"
 *             implementations: run_on() each CPU in turn).
 */
#include "sync/rcu_toy.h"

#include "arch/cpu.h"
#include "sync/completion.h"
#include "sync/park.h"

static void visit(void *here)
{
	complete(here);
}

static bool visit_cpu(unsigned cpu)
{
	struct completion here = COMPLETION_INIT(here);
	struct cpumask only = { 0 };
	struct thread *t;

	cpumask_set(&only, cpu);
	t = thread_spawn(visit, &here, &only);
	if (!t)
		return false;
	thread_put(t);
	wait_for_completion(&here);
	return true;
}

bool rcu_toy_synchronize(void)
{
	cpumask_for_each(cpu, &cpus_online)
		if (!visit_cpu(cpu))
			return false;
	return true;
}
