/*
 * tests/hosted/test_rcu_staged.c - who is asked, who is told about, and when,
 * by a clock and CPUs that the test plays.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/completion.h"
#include "sync/rcu_expedited.h"
#include "sync/rcu_ops.h"
#include "sync/rcu_stall.h"
#include "sync/rcu_state.h"
#include "sync/rcu_toy.h"
#include "tests/worlds/staged/stage.h"

#define FIRST	2	/* those that are busy; the test itself is CPU 0 */
#define SECOND	3
#define FAR	9	/* another node, another half */
#define IDLE	4
#define FEW	40

static unsigned asked[NR_CPUS], told[NR_CPUS];
static unsigned answers_at;	/* whoever is asked the nth time reports */
static uint64_t asked_first_ns;

static void report_as(unsigned cpu)
{
	unsigned was = stage_as(cpu);

	rcu_note_switch();
	(void)stage_as(was);
}

void rcu_ask(unsigned cpu)
{
	if (!asked[cpu]++)
		asked_first_ns = stage.now;
	if (asked[cpu] == answers_at)
		report_as(cpu);
}

void rcu_tell(unsigned cpu)
{
	told[cpu]++;
}

static void come(unsigned cpu)
{
	unsigned was = stage_as(cpu);

	cpumask_set(&cpus_online, cpu);
	rcu_cpu_online();
	(void)stage_as(was);
}

static void go(unsigned cpu)
{
	unsigned was = stage_as(cpu);

	cpumask_clear(&cpus_online, cpu);
	rcu_cpu_offline();
	(void)stage_as(was);
}

static void begin(unsigned answers)
{
	static bool is_ready;

	if (!is_ready)
		rcu_init();
	is_ready = true;
	stage_begin();
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		asked[cpu] = told[cpu] = 0;
	answers_at = answers;
	come(0);
	come(FIRST);
	come(SECOND);
	come(FAR);
	come(IDLE);
	(void)stage_as(IDLE);
	rcu_idle_enter();
	(void)stage_as(0);
}

static void end(void)
{
	(void)stage_as(IDLE);
	rcu_idle_exit();
	(void)stage_as(0);
	go(IDLE);
	go(FAR);
	go(SECOND);
	go(FIRST);
	go(0);
	cpumask_set(&cpus_online, 0);
}

static bool nobody_else_was_asked(void)
{
	unsigned sum = 0;

	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		sum += asked[cpu];
	return sum == asked[FIRST] + asked[SECOND] + asked[FAR];
}

/* ------------------------------------------------------------ who is asked */

TEST("stage/rcu", test_rcu_in_a_hurry_asks_each_at_once)
{
	begin(1);
	rcu_ops.synchronize_expedited(NULL);
	check(t, asked[FIRST] == 1 && asked[SECOND] == 1 && asked[FAR] == 1);
	check(t, nobody_else_was_asked());
	check(t, stage.parks == 0);
	end();
}

TEST("stage/rcu", test_rcu_is_expedited_once_in_a_grace_period)
{
	begin(0);
	for (unsigned i = 1; i <= 2; i++) {
		(void)rcu_drive(true);
		rcu_expedite();
		rcu_expedite();
		check(t, asked[FIRST] == i && asked[FAR] == i);
		report_as(FIRST);
		report_as(SECOND);
		report_as(FAR);
	}
	end();
}

/* Goes on in the end, even if the waiter never asks again. */
static void give_up(void)
{
	if (stage.parks < FEW)
		return;
	report_as(FIRST);
	report_as(SECOND);
	report_as(FAR);
}

TEST("stage/rcu", test_rcu_asks_when_it_has_been_patient_and_again)
{
	uint64_t began;

	begin(3);
	began = stage.now;
	stage.others = give_up;
	synchronize_rcu();
	check(t, asked[FIRST] == 3 && asked[SECOND] == 3 && asked[FAR] == 3);
	check(t, nobody_else_was_asked());
	check(t, asked_first_ns >= began + RCU_ASK_NS);
	check(t, stage.parks < FEW);
	end();
}

/* ------------------------------------------------------------ who ends one */

static uint64_t counted(void)
{
	struct rcu_look look;
	uint64_t sum = 0;

	rcu_look(&look);
	for (unsigned i = 0; i < RCU_LENGTHS; i++)
		sum += look.lengths[i];
	return sum - look.periods;
}

static void the_last_goes(void)
{
	report_as(FIRST);
	report_as(SECOND);
	if (cpumask_test(&cpus_online, FAR))
		go(FAR);
}

/* It ended one: it counts that, and wakes who waited, before its time. */
TEST("stage/rcu", test_rcu_who_goes_offline_wakes_the_waiter)
{
	uint64_t was, began;

	begin(0);
	was = counted();
	began = stage.now;
	stage.others = the_last_goes;
	synchronize_rcu();
	check(t, stage.parks == 1 && stage.now == began);
	check(t, counted() == was);
	come(FAR);
	end();
}

/* ---------------------------------------------------------- who is told of */

#define LIMIT	5000000ULL

static void nothing_more(struct test *t, uint64_t until)
{
	unsigned was = told[FAR];

	rcu_stall_check();
	check(t, told[FAR] == was);
	stage.now = until - 1;
	rcu_stall_check();
	check(t, told[FAR] == was);
}

TEST("stage/rcu", test_rcu_stall_is_told_when_due_and_at_twice_its_age)
{
	uint64_t stalls = rcu_stall_count(), began;

	begin(0);
	check(t, rcu_stall_set(2 * LIMIT) == RCU_STALL_NS);
	check(t, rcu_stall_set(LIMIT) == 2 * LIMIT);
	for (unsigned i = 1; i <= 2; i++) {	/* each has a limit of its own */
		began = stage.now;
		(void)rcu_drive(true);
		report_as(FIRST);
		for (unsigned n = 1; n <= 4; n *= 2) {
			nothing_more(t, began + n * LIMIT);
			stage.now++;
			rcu_stall_check();
		}
		check(t, told[FAR] == 3 * i && told[SECOND] == 3 * i);
		check(t, !told[0] && !told[FIRST] && !told[IDLE]);
		check(t, rcu_stall_count() == stalls + 3 * i);
		report_as(SECOND);
		report_as(FAR);
		rcu_stall_check();
		check(t, told[FAR] == 3 * i);
	}
	check(t, rcu_stall_set(RCU_STALL_NS) == LIMIT);
	end();
}

/* ------------------------------------------------------------------ the toy */

static struct cpumask visited;
static unsigned visits;

static void the_visitor_runs(void)
{
	void (*fn)(void *) = stage.spawned.fn;

	if (!fn)
		return;		/* the waiter sleeps for ever */
	stage.spawned.fn = NULL;
	visits += cpumask_count(&stage.spawned.mask);
	cpumask_set(&visited, cpumask_next(&stage.spawned.mask, 0));
	fn(stage.spawned.arg);
}

TEST("stage/rcu", test_rcu_toy_is_on_each_cpu_and_keeps_no_thread)
{
	begin(0);
	stage.others = the_visitor_runs;
	cpumask_zero(&visited);
	visits = 0;
	check(t, rcu_toy_synchronize());
	check(t, visits == cpumask_count(&cpus_online));
	cpumask_for_each(cpu, &cpus_online)
		check(t, cpumask_test(&visited, cpu));
	check(t, stage.threads == 0);
	stage.no_memory = true;
	check(t, !rcu_toy_synchronize());
	end();
}
