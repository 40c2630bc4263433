/*
 * tests/sync/test_brlock.c - the per-CPU reader lock: its gates, one by one.
 *
 * tests/sync/test_rw_locks.c has what it promises as every such lock does;
 * tests/sync/test_readers_irq.c nests readers by interrupts, and
 * tests/sync/test_brlock_steps.c forces the writer's second look.
 */
#include "sync/brlock.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/preempt.h"
#include "sync/watch.h"
#include "tests/crew.h"
#include "tests/sync/rw_torture.h"

#define MANY	(1u << 22)	/* a twin is found out long before */

RW_OPS(brlock)

static struct brlock lock;

static uint32_t gate_of(unsigned cpu)
{
	return load_acquire(&lock.cpu[cpu].gate);
}

TEST("sync/brlock", test_brlock_reader_touches_its_own_line_alone)
{
	unsigned cpu;

	brlock_init(&lock);
	brlock_read_lock(&lock);
	cpu = cpu_id();
	for (unsigned i = 0; i < NR_CPUS; i++)
		check(t, load_acquire(&lock.cpu[i].readers) == (i == cpu));
	check(t, !spin_is_locked(&lock.writers));
	brlock_read_unlock(&lock);
	check(t, load_acquire(&lock.cpu[cpu].readers) == 0);
	check(t, preemptible());
}

TEST("sync/brlock", test_brlock_writer_shuts_every_gate)
{
	brlock_init(&lock);
	brlock_write_lock(&lock);
	cpumask_for_each(cpu, &cpus_possible)
		check(t, gate_of(cpu) == BRLOCK_CLOSED);
	brlock_write_unlock(&lock);
	cpumask_for_each(cpu, &cpus_possible)
		check(t, gate_of(cpu) == BRLOCK_OPEN);
}

static struct atomic32 inside, nested, before_writer;

static void nest_or_write(unsigned member)
{
	unsigned cpu;

	if (member == 1) {
		while (!load_acquire(&inside))
			cpu_relax();
		brlock_write_lock(&lock);
		store_release(&before_writer, load_acquire(&nested));
		brlock_write_unlock(&lock);
		return;
	}
	brlock_read_lock(&lock);
	cpu = cpu_id();
	store_release(&inside, 1);
	while (gate_of(cpu) == BRLOCK_OPEN)	/* ended by member 1 */
		cpu_relax();
	for (unsigned i = 0; i < 1000; i++) {
		brlock_read_lock(&lock);
		fetch_add_acq_rel(&nested, 1);
		brlock_read_unlock(&lock);
	}
	brlock_read_unlock(&lock);
}

TEST("sync/brlock", test_brlock_readers_nest_though_a_writer_waits)
{
	if (crew_size() < 2) {
		test_skip(t, "a waiting writer needs a CPU of its own");
		return;
	}
	brlock_init(&lock);
	/* relaxed, all of them: nobody is there yet */
	store_relaxed(&before_writer, 0);
	store_relaxed(&inside, 0);
	store_relaxed(&nested, 0);
	crew_run(2, nest_or_write);
	check(t, load_acquire(&before_writer) == 1000);
}

static struct atomic32 where, came, early;	/* where: CPU + 1 of the reader */

/*
 * Member 0 plays a writer that waits at member 1's gate.  A right lock never
 * lets the reader in, however long we look.
 */
static void wait_at_the_gate(unsigned member)
{
	unsigned cpu;

	if (member == 1) {
		store_release(&where, cpu_id() + 1);
		while (gate_of(cpu_id()) == BRLOCK_OPEN)	/* by member 0 */
			cpu_relax();
		brlock_read_lock(&lock);
		store_release(&came, 1);
		brlock_read_unlock(&lock);
		return;
	}
	while (!load_acquire(&where))
		cpu_relax();
	cpu = load_acquire(&where) - 1;
	store_release(&lock.cpu[cpu].gate, BRLOCK_CLOSING);
	for (unsigned i = 0; i < 50 && !load_acquire(&came); i++) {
		cpu_delay(1000);
		crew_yield();
	}
	store_release(&early, load_acquire(&came));
	store_release(&lock.cpu[cpu].gate, BRLOCK_OPEN);
}

TEST("sync/brlock", test_brlock_reader_waits_for_a_writer_that_waits)
{
	if (crew_size() < 2) {
		test_skip(t, "a waiting writer needs a CPU of its own");
		return;
	}
	brlock_init(&lock);
	/* relaxed, all of them: nobody is there yet */
	store_relaxed(&where, 0);
	store_relaxed(&came, 0);
	store_relaxed(&early, 0);
	crew_run(2, wait_at_the_gate);
	check(t, load_acquire(&early) == 0);
	check(t, load_acquire(&came) == 1);
}

static uint64_t asked(void *lock)
{
	struct brlock *l = lock;

	/* relaxed: waiting to see somebody ask, nothing else */
	return (uint64_t)spin_last(&l->writers) << 32 |
	       (uint64_t)spin_is_locked(&l->writers) << 48 |
	       load_relaxed(&l->cpu[cpu_id()].gate);
}

TEST("sync/brlock", test_brlock_writers_are_fifo)
{
	char cast[NR_CPUS + 1] = { 0 };
	unsigned entered[NR_CPUS], n = crew_size();

	for (unsigned i = 0; i < n; i++)
		cast[i] = 'w';
	rw_stage(&brlock_ops, &lock, cast, asked, entered);
	for (unsigned k = 1; k < n; k++)
		check(t, entered[k - 1] == k);
}

/* Twin: what the missing fence lets x86 do, written out: look, then say. */
static void look_then_say(void *lock)
{
	struct brlock *l = lock;
	struct brlock_cpu *mine;

	preempt_disable();
	mine = &l->cpu[cpu_id()];
	while (load_acquire(&mine->gate) != BRLOCK_OPEN)
		cpu_relax();
	rw_await_writer();	/* the store sits in its buffer */
	store_relaxed(&mine->readers, load_relaxed(&mine->readers) + 1);
	watch_tried(l, WATCH_BRLOCK, WATCH_READ);
}

/* Twin: off by one in the CPUs whose readers the writer waits for. */
static void forget_the_last(void *lock)
{
	struct brlock *l = lock;

	spin_lock(&l->writers);
	/* the crew is on the first CPUs: its last one is forgotten */
	for (unsigned i = 0; i + 1 < crew_size(); i++) {
		store_release(&l->cpu[i].gate, BRLOCK_CLOSED);
		fence_seq_cst();
		while (load_acquire(&l->cpu[i].readers))
			cpu_relax();
	}
	watch_tried(l, WATCH_BRLOCK, 0);
}

/*
 * The last of the crew reads until it has been met: a right writer would wait
 * for ever.
 */
static void read_until_met(unsigned member)
{
	if (member == crew_size() - 1) {
		brlock_read_lock(&lock);
		store_release(&inside, 1);
		while (!load_acquire(&came))	/* ended by member 0 */
			cpu_relax();
		store_release(&inside, 0);
		brlock_read_unlock(&lock);
	} else if (member == 0) {
		while (!load_acquire(&inside))
			cpu_relax();
		forget_the_last(&lock);
		store_release(&early, load_acquire(&inside));
		store_release(&came, 1);
		brlock_write_unlock(&lock);
	}
}

TEST("sync/brlock", test_brlock_that_forgets_a_cpu_is_caught)
{
	if (crew_size() < 2) {
		test_skip(t, "a reader that is met needs a CPU of its own");
		return;
	}
	brlock_init(&lock);
	/* relaxed, all of them: nobody is there yet */
	store_relaxed(&inside, 0);
	store_relaxed(&came, 0);
	store_relaxed(&early, 0);
	crew_run(crew_size(), read_until_met);
	check(t, load_acquire(&early) == 1);
}

TEST("sync/brlock", test_brlock_that_looks_then_says_is_caught)
{
	struct rw_ops early = brlock_ops;
	struct rw_score s;

	if (crew_size() < 2 || crew_is_watched()) {
		test_skip(t, "needs two CPUs, and no race detector");
		return;
	}
	early.read_lock = look_then_say;
	check(t, rw_torture(t, &early, &lock, MANY, 4, &s) > 0);
	test_note(t, "torn %u, mixed %u, lost %u in %u rounds", s.torn, s.mixed,
		  s.lost, s.rounds);
}
