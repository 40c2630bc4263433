/*
 * tests/sched/test_where.c - the stack of another thread, wherever it is.
 */
#include "sync/self.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/preempt.h"
#include "tests/sched/crew.h"

#define DEPTH	8
#define LENGTH	256	/* bytes of a function here, at most */

static struct crew crew;
static struct atomic32 there, leave;

/* Who calls has a frame. */
static never_inline void arrive(void)
{
	store_release(&there, 1);
}

static never_inline void spin_in_here(bool masked)
{
	uint64_t room[8];	/* the stack's end is not the frame */
	uint64_t was = 0;

	__asm__ volatile("" : "=m"(room));
	if (masked)
		was = irq_save();
	arrive();
	while (!load_acquire(&leave))	/* ended by the test */
		cpu_relax();
	if (masked)
		irq_restore(was);
}

static bool masks;

static never_inline void call_who_spins(struct member *m)
{
	(void)m;
	spin_in_here(masks);
	/* it returns to here: no jump */
	__asm__ volatile("");
}

static bool is_in(uint64_t pc, uintptr_t function)
{
	return pc >= function && pc < function + LENGTH;
}

static void find_who_spins(struct test *t, bool masked)
{
	unsigned cpu = nth_cpu(1);
	uint64_t pcs[DEPTH];

	store_relaxed(&there, 0);	/* relaxed: before it starts */
	store_relaxed(&leave, 0);	/* relaxed: as above */
	masks = masked;
	if (!crew_start(t, &crew, 1, call_who_spins, &cpu))
		return;
	wait_for(t, &there, 1);
	/* more than once: each question leaves nothing behind */
	for (unsigned i = 0; i < 3; i++) {
		unsigned n = sync_self_stack(&crew.member[0].thread->self, pcs,
					     DEPTH);

		if (!check(t, n >= 2))
			break;
		check(t, is_in(pcs[0], (uintptr_t)spin_in_here));
		check(t, is_in(pcs[1], (uintptr_t)call_who_spins));
	}
	store_release(&leave, 1);
	crew_wait(t, &crew);
}

TEST("sched/where", test_a_running_thread_is_found_where_it_spins)
{
	if (cpumask_count(&cpus_online) < 2)
		return test_skip(t, "needs two CPUs");
	stay_on(nth_cpu(0));
	find_who_spins(t, false);
	find_who_spins(t, true);
	stay_anywhere();
}

static never_inline void park_in_here(struct member *m)
{
	(void)m;
	arrive();
	while (!load_acquire(&leave))	/* ended by the test */
		park(PARK_FOREVER);
}

TEST("sched/where", test_a_parked_thread_is_found_where_it_parks)
{
	uint64_t pcs[DEPTH];
	struct thread *th;
	unsigned n, found = 0;

	store_relaxed(&there, 0);	/* relaxed: before it starts */
	store_relaxed(&leave, 0);	/* relaxed: as above */
	if (!crew_start(t, &crew, 1, park_in_here, NULL))
		return;
	th = crew.member[0].thread;
	wait_for(t, &there, 1);
	/* relaxed: a poll */
	while (load_relaxed(&th->state) != THREAD_PARKED)
		thread_sleep(clock_ns() + 1000000);
	n = sync_self_stack(&th->self, pcs, DEPTH);
	for (unsigned i = 0; i < n; i++)
		found += is_in(pcs[i], (uintptr_t)park_in_here);
	check(t, found == 1);
	store_release(&leave, 1);
	unpark(th);
	crew_wait(t, &crew);
}
