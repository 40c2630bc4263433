/*
 * sync/mutex.c - spin while the owner runs, else sleep in a queue.
 *
 * Invariant   owner is the owning thread or 0, with CONTENDED in its lowest
 *             bit:
 *             (0)         free               (T)        owned
 *             (CONTENDED) free, sleepers     (T|CONTENDED) owned, look there
 *             The fast paths are (0) -> (T) and (T) -> (0).  With CONTENDED
 *             set, no owner gives the mutex away but under q.lock.
 *             CONTENDED is set, under q.lock, whenever somebody is queued, and
 *             by who wants to look at the owner's thread: while it is set and
 *             q.lock is held, the owner cannot unlock, so it cannot end, and
 *             may be looked at.
 *             Unlock with CONTENDED set, under q.lock:
 *             nobody queued  (T|CONTENDED) -> (T), and try the fast path again
 *             else           (T|CONTENDED) -> (CONTENDED), wake the first; or
 *                            (T|CONTENDED) -> (first|CONTENDED), hand over,
 *                            when it was bypassed MUTEX_BYPASS times.
 *             So the last access of an unlock is the cas that frees, or that of
 *             q.lock with CONTENDED left set; in that case the next owner's
 *             unlock must take q.lock, and comes after it.
 *             A sleeper stays queued, with its place, until it owns the mutex
 *             or gives up, and gives up only after it has failed to take it,
 *             under q.lock: so a wake-up that it got cannot be lost.
 * Ordering    [A] unlock -> lock, by owner.  A hand-over goes through q.lock,
 *             [A] of sync/spinlock.c, as well.
 * References  The owner word with a waiters bit and the adaptive spin: Solaris
 *             mutexes, in McDougall and Mauro, Solaris Internals, 2nd ed.,
 *             17.  Hand-over to a starving first: Go's sync.Mutex; Linux,
 *             Documentation/locking/mutex-design.rst.
 */
#include "sync/mutex.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "sync/preempt.h"
#include "sync/watch.h"

#define CONTENDED	1UL
#define LOOK_EVERY	64	/* spins between two looks at the owner */

struct sleeper {
	struct waiter w;
	unsigned bypassed;	/* under q.lock: times freed while first */
};

void mutex_init(struct mutex *m)
{
	/* relaxed: m is the caller's own until it is published */
	store_relaxed(&m->owner, 0);
	waitq_init(&m->q);
	watch_init(m, WATCH_MUTEX);
	watch_init(&m->q.lock, WATCH_SPIN);
}

static uint64_t self_word(void)
{
	return (uintptr_t)thread_self();
}

/* If it is free, takes it. */
static bool take(struct mutex *m)
{
	/* relaxed: a first guess, which the swap verifies */
	uint64_t seen = load_relaxed(&m->owner);

	/* ends when it is owned, by us or by somebody */
	while (!(seen & ~CONTENDED))
		if (cas_acquire(&m->owner, &seen, self_word() | seen)) /* [A] */
			return true;
	return false;
}

/* With q locked: true, it is ours; or somebody's, and CONTENDED is set. */
static bool take_or_mark_locked(struct mutex *m)
{
	/* relaxed: the swaps verify it */
	uint64_t seen = load_relaxed(&m->owner);

	/* ends when nobody is quicker */
	for (;;) {
		assert(seen != self_word());
		if (!(seen & ~CONTENDED)) {
			if (cas_acquire(&m->owner, &seen,	/* [A] */
					self_word() | CONTENDED))
				return true;
		} else if (seen & CONTENDED) {
			return false;
		/* relaxed: the flag hands nothing over */
		} else if (cas_relaxed(&m->owner, &seen, seen | CONTENDED)) {
			return false;
		}
	}
}

/* True: ours.  False, and *runs: whether its owner is on a CPU. */
static bool take_or_look(struct mutex *m, bool *runs)
{
	uint64_t was = waitq_lock(&m->q);
	bool got = take_or_mark_locked(m);

	if (!got) {
		/* relaxed: q.lock and CONTENDED hold the owner still */
		uint64_t seen = load_relaxed(&m->owner);

		*runs = thread_is_running((struct thread *)(seen & ~CONTENDED));
	}
	waitq_unlock(&m->q, was);
	return got;
}

static bool spin(struct mutex *m)
{
	bool runs = true;

	for (unsigned looks = 0; runs && looks < MUTEX_SPINS; looks++) {
		if (take_or_look(m, &runs))
			return true;
		for (unsigned i = 0; runs && i < LOOK_EVERY; i++) {
			if (take(m))
				return true;
			cpu_relax();
		}
	}
	return false;
}

/* True: we own m, by a hand-over or because it is free. */
static bool mine_locked(struct mutex *m)
{
	if (mutex_is_mine(m))
		return true;
	return take_or_mark_locked(m);
}

static bool sleep(struct mutex *m, uint64_t deadline_ns)
{
	struct sleeper s = { .bypassed = 0 };
	uint64_t was = waitq_lock(&m->q);
	bool mine;

	waitq_push_locked(&m->q, &s.w, true);
	/* ended by an unlock, or by the clock */
	while (!(mine = mine_locked(m)) && !park_is_over(deadline_ns)) {
		waitq_unlock(&m->q, was);
		park(deadline_ns);
		was = waitq_lock(&m->q);
	}
	list_remove(&s.w.queued);
	waitq_unlock(&m->q, was);
	return mine;
}

static never_inline bool lock_slow(struct mutex *m, uint64_t deadline_ns)
{
	might_sleep();
	watch_contended(m);
	return spin(m) || sleep(m, deadline_ns);
}

static always_inline bool lock(struct mutex *m, uint64_t deadline_ns,
			       unsigned how)
{
	uint64_t free = 0;

	watch_acquire(m, WATCH_MUTEX, how);
	might_sleep();
	if (unlikely(!cas_acquire(&m->owner, &free, self_word()))) /* [A] */
		if (!lock_slow(m, deadline_ns)) {
			watch_gave_up(m);
			return false;
		}
	watch_acquired(m);
	return true;
}

void mutex_lock(struct mutex *m)
{
	(void)lock(m, PARK_FOREVER, 0);
}

void mutex_lock_nested(struct mutex *m, unsigned subclass)
{
	(void)lock(m, PARK_FOREVER, WATCH_NESTED(subclass));
}

bool mutex_lock_timeout(struct mutex *m, uint64_t deadline_ns)
{
	return lock(m, deadline_ns, 0);
}

bool mutex_trylock(struct mutex *m)
{
	if (!take(m))
		return false;
	watch_tried(m, WATCH_MUTEX, 0);
	return true;
}

bool mutex_is_mine(const struct mutex *m)
{
	/* relaxed: only we ourselves can make it ours, or not ours */
	return (load_relaxed(&m->owner) & ~CONTENDED) == self_word();
}

static void serve_first_locked(struct mutex *m, struct sleeper *first)
{
	uint64_t next = 0;

	if (first->bypassed++ >= MUTEX_BYPASS)
		next = (uintptr_t)first->w.thread;
	store_release(&m->owner, next | CONTENDED);		/* [A] */
	unpark(first->w.thread);
}

/* With CONTENDED set.  False: nobody is queued, and it is cleared. */
static bool pass_on(struct mutex *m)
{
	uint64_t was = waitq_lock(&m->q);
	struct waiter *w = waitq_first_locked(&m->q);

	if (w)
		serve_first_locked(m, container_of(w, struct sleeper, w));
	else
		/* relaxed: it is still ours */
		store_relaxed(&m->owner, self_word());
	waitq_unlock(&m->q, was);
	return w;
}

static never_inline void unlock_slow(struct mutex *m)
{
	uint64_t mine;

	/* ends unless others keep coming to look at the owner */
	do {
		assert(mutex_is_mine(m));
		if (pass_on(m))
			return;
		mine = self_word();
	} while (!cas_release(&m->owner, &mine, 0));		/* [A] */
}

void mutex_unlock(struct mutex *m)
{
	uint64_t mine = self_word();

	watch_release(m);
	if (unlikely(!cas_release(&m->owner, &mine, 0)))	/* [A] */
		unlock_slow(m);
}

const struct mutex_ops mutex_ops = {
	.name = "mutex",
	.lock = mutex_lock,
	.trylock = mutex_trylock,
	.lock_timeout = mutex_lock_timeout,
	.unlock = mutex_unlock,
};
