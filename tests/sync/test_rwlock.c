/*
 * tests/sync/test_rwlock.c - the plain reader-writer lock: readers first.
 *
 * tests/sync/test_rw_locks.c has what it promises as every such lock does.
 */
#include "sync/rwlock.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/preempt.h"
#include "tests/crew.h"
#include "tests/sync/rw_torture.h"

#define MANY	(1u << 22)	/* a twin is found out long before */

static struct rwlock lock;

TEST("sync/rwlock", test_rwlock_trylock_takes_what_is_free)
{
	rwlock_init(&lock);
	if (check(t, rwlock_read_trylock(&lock))) {
		check(t, !rwlock_write_trylock(&lock));
		if (check(t, rwlock_read_trylock(&lock)))
			rwlock_read_unlock(&lock);
		rwlock_read_unlock(&lock);
	}
	if (check(t, rwlock_write_trylock(&lock))) {
		check(t, !rwlock_read_trylock(&lock));
		check(t, !rwlock_write_trylock(&lock));
		rwlock_write_unlock(&lock);
	}
	check(t, preemptible());
}

/* A reader that came too early may take its addition back late. */
TEST("sync/rwlock", test_rwlock_writer_leaves_the_early_readers_alone)
{
	rwlock_init(&lock);
	rwlock_write_lock(&lock);
	fetch_add_acq_rel(&lock.word, 1);	/* the reader's first step */
	rwlock_write_unlock(&lock);
	check(t, load_acquire(&lock.word) == 1);
	fetch_add_acq_rel(&lock.word, -1);	/* and its second */
	check(t, load_acquire(&lock.word) == 0);
}

static struct atomic32 asked, passed, inside;

static void wait_or_pass(unsigned member)
{
	if (member == 1) {
		while (!load_acquire(&asked))
			cpu_relax();
		rwlock_write_lock(&lock);
		/* relaxed: what it was when we got in */
		store_relaxed(&inside, load_relaxed(&passed));
		rwlock_write_unlock(&lock);
		return;
	}
	rwlock_read_lock(&lock);
	store_release(&asked, 1);
	/* nested readers pass the writer, however long it has waited */
	for (unsigned i = 0; i < 1000; i++) {
		rwlock_read_lock(&lock);
		fetch_add_relaxed(&passed, 1);	/* relaxed: under the lock */
		rwlock_read_unlock(&lock);
	}
	rwlock_read_unlock(&lock);
}

TEST("sync/rwlock", test_rwlock_readers_nest_though_a_writer_waits)
{
	if (crew_size() < 2) {
		test_skip(t, "a waiting writer needs a CPU of its own");
		return;
	}
	rwlock_init(&lock);
	/* relaxed, all of them: nobody is there yet */
	store_relaxed(&asked, 0);
	store_relaxed(&passed, 0);
	store_relaxed(&inside, 0);
	crew_run(2, wait_or_pass);
	/* relaxed: the crew has been joined */
	check(t, load_relaxed(&inside) == 1000);
}

/* Twins: the same word, each with one fault. */

static void twin_init(void *l)
{
	rwlock_init(l);
}

static void nothing(void *l)
{
	(void)l;
}

static void good_read_lock(void *l)
{
	rwlock_read_lock(l);
}

static void good_read_unlock(void *l)
{
	rwlock_read_unlock(l);
}

static void good_write_lock(void *l)
{
	rwlock_write_lock(l);
}

static void good_write_unlock(void *l)
{
	rwlock_write_unlock(l);
}

/* The reader looks, and then counts itself: two steps. */
static void look_then_count(void *lock)
{
	struct rwlock *l = lock;

	while (load_acquire(&l->word) & RWLOCK_WRITER)
		cpu_relax();
	rw_await_writer();
	fetch_add_acquire(&l->word, 1);
}

static void count_down(void *lock)
{
	struct rwlock *l = lock;

	fetch_add_release(&l->word, -1);
}

/* The writer waits for writers only. */
static void ignore_readers(void *lock)
{
	struct rwlock *l = lock;
	uint32_t was = load_relaxed(&l->word);

	preempt_disable();
	while ((was & RWLOCK_WRITER) ||
	       !cas_acquire(&l->word, &was, was | RWLOCK_WRITER)) {
		cpu_relax();
		was = load_relaxed(&l->word);
	}
}

static void take_alone(void *lock)
{
	struct rwlock *l = lock;

	while (!rwlock_write_trylock(l)) {
		rw_blocked();
		cpu_relax();
	}
}

static const struct rw_ops twins[] = {
	{ .name = "read lock does nothing", .init = twin_init,
	  .read_lock = nothing, .read_unlock = nothing,
	  .write_lock = good_write_lock, .write_unlock = good_write_unlock },
	{ .name = "reader looks, then counts", .init = twin_init,
	  .read_lock = look_then_count, .read_unlock = count_down,
	  .write_lock = good_write_lock, .write_unlock = good_write_unlock },
	{ .name = "writer ignores readers", .init = twin_init,
	  .read_lock = good_read_lock, .read_unlock = good_read_unlock,
	  .write_lock = ignore_readers, .write_unlock = good_write_unlock },
};

TEST("sync/rwlock", test_broken_rwlocks_are_caught)
{
	if (crew_size() < 2 || crew_is_watched()) {
		test_skip(t, "needs two CPUs, and no race detector");
		return;
	}
	for (unsigned i = 0; i < ARRAY_LEN(twins); i++) {
		struct rw_score s;

		check(t, rw_torture(t, &twins[i], &lock, MANY, 4, &s) > 0);
		test_note(t, "%s: torn %u, mixed %u, lost %u in %u rounds",
			  twins[i].name, s.torn, s.mixed, s.lost, s.rounds);
	}
}

TEST("sync/rwlock", test_a_lock_that_lets_one_reader_in_is_caught)
{
	static const struct rw_ops twin = {
		.name = "readers exclude each other", .init = twin_init,
		.read_lock = take_alone, .read_unlock = good_write_unlock,
	};

	if (crew_size() < 2) {
		test_skip(t, "two readers at once need two CPUs");
		return;
	}
	check(t, !rw_readers_overlap(&twin, &lock));
}
