/*
 * tests/sync/test_brlock_steps.c - a reader between the writer's two looks.
 *
 * A reader upon a reader enters while the writer waits for the one below it: it
 * finds CLOSING.  It may do that just after the writer has seen the last one
 * leave, and just before it shuts the gate; so the writer looks again after.
 * Here the moment is forced.  The writer's store of CLOSED is watched, and what
 * comes between it and the second look is the reader's count, which a test sees
 * in the order in which the writer sees it.
 */
#include "sync/brlock.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/preempt.h"
#include "tests/kernel/watchpoint.h"

static struct brlock lock;
static struct brlock_cpu *gate;		/* the one with a reader */
static uint32_t steps[8];
static unsigned taken;
static bool came;

static void come_between(void)
{
	/* relaxed, all of them: one CPU */
	uint32_t step = load_relaxed(&gate->gate);

	if (taken < ARRAY_LEN(steps))
		steps[taken++] = step;
	if (step == BRLOCK_CLOSED && !came) {
		came = true;
		store_relaxed(&gate->readers, 1);
	} else if (step == BRLOCK_CLOSING) {
		store_relaxed(&gate->readers, 0);	/* in, and out */
	}
}

/* True: nobody is inside with the writer. */
static bool writes_alone(void (*write_lock)(struct brlock *l), unsigned cpu)
{
	bool alone;

	brlock_init(&lock);
	gate = &lock.cpu[cpu];
	taken = 0;
	came = false;
	preempt_disable();
	watchpoint_set(&gate->gate, come_between);
	write_lock(&lock);
	watchpoint_clear();
	alone = !load_acquire(&gate->readers);
	store_release(&gate->readers, 0);
	brlock_write_unlock(&lock);
	preempt_enable();
	return alone;
}

TEST("sync/brlock_steps", test_brlock_writer_looks_twice)
{
	cpumask_for_each(cpu, &cpus_possible) {
		check(t, writes_alone(brlock_write_lock, cpu));
		check(t, came && taken == 4);
		check(t, steps[0] == BRLOCK_CLOSING);
		check(t, steps[1] == BRLOCK_CLOSED);
		check(t, steps[2] == BRLOCK_CLOSING);
		check(t, steps[3] == BRLOCK_CLOSED);
	}
}

/* Twin: shuts the gate, and is inside. */
static void look_once(struct brlock *l)
{
	spin_lock(&l->writers);
	cpumask_for_each(cpu, &cpus_possible)
		store_release(&l->cpu[cpu].gate, BRLOCK_CLOSING);
	cpumask_for_each(cpu, &cpus_possible) {
		while (load_acquire(&l->cpu[cpu].readers))
			cpu_relax();
		store_release(&l->cpu[cpu].gate, BRLOCK_CLOSED);
	}
}

TEST("sync/brlock_steps", test_brlock_that_looks_once_is_caught)
{
	cpumask_for_each(cpu, &cpus_possible)
		check(t, !writes_alone(look_once, cpu));
}
