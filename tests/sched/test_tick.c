/*
 * tests/sched/test_tick.c - who does not yield is made to.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/preempt.h"
#include "tests/sched/crew.h"

static struct crew crew;
static unsigned cpus[CREW_MAX];
static struct atomic32 seen;

/* Spin until every member has run; without ticks only the first ever does. */
static void spin_for_all(struct member *m)
{
	fetch_add_acq_rel(&seen, 1);
	while (load_acquire(&seen) < m->crew->n) {	/* ended by the others */
		crew_step(m);
		cpu_relax();
	}
}

static void share(struct test *t, unsigned cpu)
{
	for (unsigned i = 0; i < 4; i++)
		cpus[i] = cpu;
	store_relaxed(&seen, 0);	/* relaxed: before they start */
	if (!crew_start(t, &crew, 4, spin_for_all, cpus))
		return;
	if (wait_for(t, &seen, 4))
		crew_wait(t, &crew);
}

TEST("sched/tick", test_spinning_equals_share_this_cpu)
{
	stay_on(nth_cpu(0));
	share(t, nth_cpu(0));
	stay_anywhere();
}

TEST("sched/tick", test_spinning_equals_share_another_cpu)
{
	stay_on(nth_cpu(0));
	share(t, nth_cpu(1));
	stay_anywhere();
}
