/*
 * tests/sched/test_tick.c - who does not yield is made to.
 */
#include "sched/schedule.h"

#include "arch/cpu.h"
#include "arch/x86_64/irq.h"
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

static struct atomic32 leave, most;

static void spin_and_look_at_the_slice(struct member *m)
{
	while (!load_acquire(&leave)) {		/* ended by the test */
		uint32_t ticks = m->thread->ticks;

		/* relaxed, both: the test reads it at the end */
		if (ticks > load_relaxed(&most))
			store_relaxed(&most, ticks);	/* relaxed: above */
		crew_step(m);
		cpu_relax();
	}
}

static bool start_spinning(struct test *t, unsigned n, unsigned cpu)
{
	for (unsigned i = 0; i < n; i++)
		cpus[i] = cpu;
	store_relaxed(&leave, 0);	/* relaxed: before they start */
	store_relaxed(&most, 0);	/* relaxed: as above */
	return crew_start(t, &crew, n, spin_and_look_at_the_slice, cpus);
}

static void stop_spinning(struct test *t)
{
	store_release(&leave, 1);
	crew_wait(t, &crew);
	stay_anywhere();
}

TEST("sched/tick", test_a_slice_is_more_than_one_tick)
{
	unsigned cpu = nth_cpu(1);
	uint64_t until;

	stay_on(nth_cpu(0));
	if (!start_spinning(t, 2, cpu))
		return;
	until = irq_count(IRQ_TIMER, cpu) + 20;
	while (irq_count(IRQ_TIMER, cpu) < until)	/* ended by the ticks */
		thread_sleep(clock_ns() + 5000000);
	stop_spinning(t);
	/* relaxed: they have ended */
	check(t, load_relaxed(&most) >= 1);
}

static void set_ticking(struct runqueue *rq, enum ticking ticking)
{
	store_relaxed(&rq->ticking, ticking);	/* relaxed: locked */
}

/* This CPU's, and locked: it is kicked, and asked for nothing. */
static void kick_in_vain(struct test *t, struct runqueue *rq,
			 enum ticking ticking)
{
	uint64_t deadline = rq->tick.deadline_ns;

	set_ticking(rq, ticking);
	tick_start_if_asked();
	check(t, load_acquire(&rq->ticking) == ticking);
	check(t, rq->tick.deadline_ns == deadline);
}

/* Or those who wait would be put off by whoever comes after them. */
TEST("sched/tick", test_a_tick_is_not_put_off_by_kicks)
{
	uint64_t was = irq_save();
	unsigned cpu = cpu_id();
	struct runqueue *rq = per_cpu_ptr(&runqueue, cpu);
	enum ticking before;

	preempt_disable();
	check(t, runqueue_lock(cpu) == rq);
	before = load_acquire(&rq->ticking);
	set_ticking(rq, TICKING_ON);
	check(t, !tick_ask(rq));
	check(t, load_acquire(&rq->ticking) == TICKING_ON);
	kick_in_vain(t, rq, TICKING_ON);
	kick_in_vain(t, rq, TICKING_OFF);
	set_ticking(rq, before);
	runqueue_unlock(rq);
	irq_restore(was);
	preempt_enable();
}
