/*
 * tests/sync/test_phase_fair.c - turns, staged: who enters before whom.
 *
 * Bounds are counted in acquisitions.  A lock that keeps them by luck is caught
 * every time, since nobody asks before the one ahead was seen to have asked.
 */
#include "sync/phase_fair.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/preempt.h"
#include "sync/rwlock.h"
#include "tests/crew.h"
#include "tests/sync/rw_torture.h"

#define MANY	(1u << 22)	/* a twin is found out long before */

RW_OPS(phase_fair)

static struct phase_fair lock;

/* It changes with everybody who asks. */
static uint64_t asked(void *lock)
{
	struct phase_fair *l = lock;

	/* relaxed: waiting to see somebody ask, nothing else */
	return (uint64_t)load_relaxed(&l->next) << 32 |
	       load_relaxed(&l->readers_in);
}

/* The place at which member k entered, from 0. */
static unsigned place(const unsigned *entered, unsigned n, unsigned k)
{
	for (unsigned i = 0; i < n; i++)
		if (entered[i] == k)
			return i;
	return NR_CPUS;
}

/*
 * A writer holds; a writer asks, then a reader.  The reader asked last, and yet
 * it enters before the writer that waits: its phase is next.
 */
static bool reader_waits_for_one_writer(const struct rw_ops *ops)
{
	unsigned entered[2];

	rw_stage(ops, &lock, "wwr", asked, entered);
	return place(entered, 2, 2) == 0;
}

/*
 * A reader holds; a writer asks, then a reader.  The reader does not pass the
 * writer, which therefore cannot starve.
 */
static bool writer_waits_for_one_phase(const struct rw_ops *ops)
{
	unsigned entered[2];

	rw_stage(ops, &lock, "rwr", asked, entered);
	return place(entered, 2, 1) == 0;
}

TEST("sync/phase_fair", test_phase_fair_bounds_the_wait_of_both)
{
	if (crew_size() < 3) {
		test_skip(t, "a holder and two who wait need three CPUs");
		return;
	}
	check(t, reader_waits_for_one_writer(&phase_fair_ops));
	check(t, writer_waits_for_one_phase(&phase_fair_ops));
}

TEST("sync/phase_fair", test_phase_fair_writers_are_fifo)
{
	char cast[NR_CPUS + 1] = { 0 };
	unsigned entered[NR_CPUS], n = crew_size();

	for (unsigned i = 0; i < n; i++)
		cast[i] = 'w';
	rw_stage(&phase_fair_ops, &lock, cast, asked, entered);
	for (unsigned k = 1; k < n; k++)
		check(t, entered[k - 1] == k);
}

TEST("sync/phase_fair", test_phase_fair_survives_the_wrap_of_its_tickets)
{
	struct phase_fair l = {
		ATOMIC32(0xffffff00), ATOMIC32(0xffffff00),
		ATOMIC32(UINT32_MAX), ATOMIC32(UINT32_MAX),
	};

	for (unsigned i = 0; i < 3; i++) {
		phase_fair_read_lock(&l);
		phase_fair_read_unlock(&l);
		phase_fair_write_lock(&l);
		check(t, load_relaxed(&l.readers_in) & PHASE_FAIR_PRESENT);
		phase_fair_write_unlock(&l);
		check(t, load_relaxed(&l.readers_in) ==
			 load_relaxed(&l.readers_out));
	}
	check(t, preemptible());
}

static uint32_t writer_bits(void)
{
	uint32_t bits;

	phase_fair_write_lock(&lock);
	bits = load_acquire(&lock.readers_in) & PHASE_FAIR_WRITER;
	phase_fair_write_unlock(&lock);
	return bits;
}

/* Or a reader that is slow to look would take the next writer for the last. */
TEST("sync/phase_fair", test_phase_fair_tells_two_writers_apart)
{
	uint32_t first, second;

	phase_fair_init(&lock);
	first = writer_bits();
	second = writer_bits();
	check(t, first & second & PHASE_FAIR_PRESENT);
	check(t, first != second);
	check(t, load_acquire(&lock.readers_in) == 0);
}

/* Twin: readers first, as in sync/rwlock.c, but who asks can be seen. */
struct readers_first {
	struct rwlock word;
	struct atomic32 asked;
};

static void first_init(void *lock)
{
	struct readers_first *l = lock;

	rwlock_init(&l->word);
}

static void first_read_lock(void *lock)
{
	struct readers_first *l = lock;

	rwlock_read_lock(&l->word);
	fetch_add_acq_rel(&l->asked, 1);	/* it never waits for a reader */
}

static void first_read_unlock(void *lock)
{
	struct readers_first *l = lock;

	rwlock_read_unlock(&l->word);
}

static void first_write_lock(void *lock)
{
	struct readers_first *l = lock;

	fetch_add_acq_rel(&l->asked, 1);
	rwlock_write_lock(&l->word);
}

static void first_write_unlock(void *lock)
{
	struct readers_first *l = lock;

	rwlock_write_unlock(&l->word);
}

static uint64_t first_asked(void *lock)
{
	struct readers_first *l = lock;

	return load_acquire(&l->asked);
}

/* The reader of "rwr" passes the writer that waits, while we still hold. */
TEST("sync/phase_fair", test_a_lock_that_starves_writers_is_caught)
{
	static const struct rw_ops twin = {
		"readers first", first_init, first_read_lock,
		first_read_unlock, first_write_lock, first_write_unlock,
		NULL, NULL, NULL, NULL,
	};
	static struct readers_first l;
	unsigned entered[2] = { 0 };

	if (crew_size() < 3) {
		test_skip(t, "a holder and two who wait need three CPUs");
		return;
	}
	store_relaxed(&l.asked, 0);	/* relaxed: nobody is there yet */
	rw_stage(&twin, &l, "rwr", first_asked, entered);
	check(t, place(entered, 2, 1) == 1);
}

/* Twin: writers queue, and hand over to each other before they let readers. */
static void leave_to_writers(void *lock)
{
	struct phase_fair *l = lock;
	uint32_t mine = load_relaxed(&l->owner);

	if (load_relaxed(&l->next) == mine + 1)
		fetch_and_acq_rel(&l->readers_in, ~PHASE_FAIR_WRITER);
	store_release(&l->owner, mine + 1);
	preempt_enable();
}

static void enter_among_writers(void *lock)
{
	struct phase_fair *l = lock;
	uint32_t mine, before;

	preempt_disable();
	mine = fetch_add_relaxed(&l->next, 1);
	while (load_acquire(&l->owner) != mine)
		cpu_relax();
	before = fetch_or_acq_rel(&l->readers_in, PHASE_FAIR_PRESENT);
	if (before & PHASE_FAIR_PRESENT)
		return;
	while (load_acquire(&l->readers_out) != before)
		cpu_relax();
}

TEST("sync/phase_fair", test_a_lock_that_starves_readers_is_caught)
{
	struct rw_ops twin = phase_fair_ops;

	twin.write_lock = enter_among_writers;
	twin.write_unlock = leave_to_writers;
	if (crew_size() < 3) {
		test_skip(t, "a holder and two who wait need three CPUs");
		return;
	}
	check(t, !reader_waits_for_one_writer(&twin));
}

/* Twin: the writer stops the readers that come, and forgets those inside. */
static void forget_who_is_inside(void *lock)
{
	struct phase_fair *l = lock;
	uint32_t mine;

	preempt_disable();
	mine = fetch_add_relaxed(&l->next, 1);
	while (load_acquire(&l->owner) != mine)
		cpu_relax();
	fetch_add_acquire(&l->readers_in,
			  PHASE_FAIR_PRESENT | (mine & PHASE_FAIR_PHASE));
}

TEST("sync/phase_fair", test_a_writer_among_readers_is_caught)
{
	struct rw_ops twin = phase_fair_ops;
	struct rw_score s;

	twin.write_lock = forget_who_is_inside;
	if (crew_size() < 2 || crew_is_watched()) {
		test_skip(t, "needs two CPUs, and no race detector");
		return;
	}
	check(t, rw_torture(t, &twin, &lock, MANY, 4, &s) > 0);
	test_note(t, "torn %u, mixed %u, lost %u in %u rounds", s.torn,
		  s.mixed, s.lost, s.rounds);
}
