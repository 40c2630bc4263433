/*
 * tests/sync/test_watch.c - each lock tells what it does, through the seam.
 *
 * The locks that are tried in tests/sync/test_lockdep.c are left out here but
 * for what that does not look at: what is held, and since when it is not.
 */
#include "kernel/test.h"
#include "sync/lockdep.h"
#include "sync/mutex.h"
#include "sync/rwsem.h"
#include "sync/semaphore.h"
#include "sync/seqlock.h"
#include "sync/spinlock.h"

static struct spinlock spin = SPINLOCK_INIT;
static struct mutex mutex = MUTEX_INIT(mutex);
static struct rwsem rwsem = RWSEM_INIT(rwsem);
static struct seqlock seqlock = SEQLOCK_INIT;
static struct semaphore semaphore = SEMAPHORE_INIT(semaphore, 2);

static bool nobody_listens(struct test *t)
{
	if (watch_on())
		return false;
	test_skip(t, "nobody watches: watch=off");
	return true;
}

/* The state of l among what the caller holds; HELD_ASKED: not held. */
static enum held_state state_of(const void *l)
{
	struct held_lock *at = lockdep_entry(sync_self(), l);

	return at ? what_of(at).state : HELD_ASKED;
}

TEST("sync/watch", test_watch_hears_lock_and_unlock)
{
	if (nobody_listens(t))
		return;
	spin_lock(&spin);
	check(t, state_of(&spin) == HELD_GOT);
	spin_unlock(&spin);
	check(t, state_of(&spin) == HELD_ASKED);
	mutex_lock(&mutex);
	check(t, state_of(&mutex) == HELD_GOT);
	mutex_unlock(&mutex);
	check(t, state_of(&mutex) == HELD_ASKED);
	check(t, !depth_of(sync_self()));
}

TEST("sync/watch", test_watch_hears_what_was_tried)
{
	if (nobody_listens(t))
		return;
	if (check(t, spin_trylock(&spin))) {
		check(t, state_of(&spin) == HELD_GOT);
		check(t, what_of(lockdep_entry(sync_self(), &spin)).mode
		      & HELD_TRY);
		spin_unlock(&spin);
	}
	mutex_lock(&mutex);
	check(t, !mutex_trylock(&mutex));
	check(t, depth_of(sync_self()) == 1);
	mutex_unlock(&mutex);
	check(t, !depth_of(sync_self()));
}

TEST("sync/watch", test_watch_hears_a_downgrade)
{
	if (nobody_listens(t))
		return;
	rwsem_write_lock(&rwsem);
	check(t, !(what_of(lockdep_entry(sync_self(), &rwsem)).mode
		   & HELD_SHARED));
	rwsem_downgrade(&rwsem);
	check(t, what_of(lockdep_entry(sync_self(), &rwsem)).mode
	      & HELD_SHARED);
	rwsem_read_unlock(&rwsem);
	check(t, !depth_of(sync_self()));
}

/* The writer holds two: the writers' lock, and the number that is odd. */
TEST("sync/watch", test_watch_hears_a_seqlock)
{
	if (nobody_listens(t))
		return;
	seqlock_write_lock(&seqlock);
	check(t, state_of(&seqlock.count) == HELD_GOT);
	check(t, state_of(&seqlock.writers) == HELD_GOT);
	seqlock_write_unlock(&seqlock);
	check(t, !seq_read_retry(&seqlock.count,
				 seq_read_begin(&seqlock.count)));
	check(t, !depth_of(sync_self()));
}

static unsigned units_of(const void *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SELF_UNITS_MAX; i++)
		n += load_relaxed(&sync_self()->units[i]) == s;
	return n;
}

TEST("sync/watch", test_watch_hears_who_took_a_unit)
{
	if (nobody_listens(t))
		return;
	sem_down(&semaphore);
	check(t, units_of(&semaphore) == 1);
	check(t, sem_trydown(&semaphore));
	check(t, units_of(&semaphore) == 2);
	sem_up(&semaphore);
	sem_up(&semaphore);
	check(t, !units_of(&semaphore));
	/* units are no locks: nothing is held */
	check(t, !depth_of(sync_self()));
}

/* Copies of one static lock are of one class, others are not. */
TEST("sync/watch", test_watch_classes_static_locks_by_address)
{
	static struct spinlock other = SPINLOCK_INIT;
	unsigned a, b;

	if (nobody_listens(t))
		return;
	a = lockdep_class_of(&kernel_lockdep, &spin, WATCH_SPIN, 0);
	b = lockdep_class_of(&kernel_lockdep, &other, WATCH_SPIN, 0);
	check(t, a > CLASS_NONE && b > CLASS_NONE && a != b);
	check(t, a == lockdep_class_of(&kernel_lockdep, &spin, WATCH_SPIN, 0));
	check(t, a != lockdep_class_of(&kernel_lockdep, &spin, WATCH_SPIN, 1));
}

TEST("sync/watch", test_watch_nested_forms_are_subclasses)
{
	static struct spinlock pair[2];
	unsigned before = lockdep_findings();

	if (nobody_listens(t))
		return;
	for (unsigned i = 0; i < 2; i++)
		spin_init(&pair[i]);	/* one class */
	spin_lock(&pair[0]);
	spin_lock_nested(&pair[1], 1);
	check(t, depth_of(sync_self()) == 2);
	spin_unlock(&pair[1]);
	spin_unlock(&pair[0]);
	mutex_lock_nested(&mutex, 1);
	mutex_unlock(&mutex);
	check(t, lockdep_findings() == before);
}
