/*
 * sync/pi_mutex.c - a word with an owner, and a queue that presses it.
 *
 * Invariant   owner is the owning thread or 0, with CONTENDED in its lowest
 *             bit:
 *             (0)         free               (T)           owned
 *             (CONTENDED) free, waiters      (T|CONTENDED) owned, look there
 *             The fast paths are (0) -> (T) and (T) -> (0).  With CONTENDED
 *             set, the word changes under q.lock only.
 *             q.owner = T iff (T|CONTENDED), else NULL: outside of q.lock.
 *             So who is pressed is who will come by q.lock to unlock.
 *             If somebody waits, CONTENDED is set.
 *             If the mutex is free, the first in line has been woken since, or
 *             runs: who frees it wakes the first, and so does who makes another
 *             the first.  Who is woken stays in line until it owns the mutex
 *             or has failed to take it, under q.lock, for the last time; then
 *             it was not the first, or the mutex was not free.  So it takes
 *             nobody's wake-up along.
 *             Free with waiters is a state of its own, and not a hand-over to
 *             the first: an urgent thread that comes by before that one has
 *             begun to run must not wait for it.
 *             The last access of an unlock is the cas that frees, or that of
 *             q.lock with CONTENDED left set; then the next owner has taken
 *             q.lock after it.
 * Ordering    [A] unlock -> lock, by owner.
 * References  Sha, Rajkumar and Lehoczky, IEEE Trans. Computers 39(9), 1990.
 *             Free but not handed over, and who may steal it: Linux,
 *             Documentation/locking/rt-mutex-design.rst.
 */
#include "sync/pi_mutex.h"

#include "kernel/assert.h"
#include "kernel/errno.h"
#include "sync/preempt.h"
#include "sync/watch.h"

#define CONTENDED	1UL

void pi_mutex_init(struct pi_mutex *m)
{
	/* relaxed: m is the caller's own until it is published */
	store_relaxed(&m->owner, 0);
	pi_queue_init(&m->q);
	watch_init(m, WATCH_PI_MUTEX);
}

static uint64_t self_word(void)
{
	return (uintptr_t)thread_self();
}

/* It is free; may we have it? */
static bool may_take_locked(struct pi_mutex *m, const struct pi_waiter *w)
{
	struct pi_waiter *first = pi_first_locked(&m->q);

	return !first || first == w || pi_priority(thread_self()) > first->prio;
}

/* We own m with this word; others in line press us from now on. */
static void settle_locked(struct pi_mutex *m, uint64_t word)
{
	if (word & CONTENDED)
		pi_own_locked(&m->q, thread_self());
}

bool pi_mutex_take_locked(struct pi_mutex *m, const struct pi_waiter *w)
{
	/* relaxed: a first guess, which the swaps verify */
	uint64_t seen = load_relaxed(&m->owner);

	/* ends when it is owned, with CONTENDED set, or not for us */
	for (;;) {
		uint64_t word;

		if (seen & ~CONTENDED) {
			word = seen | CONTENDED;
			/* relaxed: the flag hands nothing over */
			if (!cas_relaxed(&m->owner, &seen, word))
				continue;
			pi_own_locked(&m->q, (void *)(word & ~CONTENDED));
			return false;
		}
		if (!may_take_locked(m, w))
			return false;
		word = self_word() | seen;
		if (cas_acquire(&m->owner, &seen, word)) {	/* [A] */
			settle_locked(m, word);
			return true;
		}
	}
}

static bool take(struct pi_mutex *m)
{
	/* relaxed: a first guess, which is asked again under the lock */
	uint64_t seen = load_relaxed(&m->owner);
	uint64_t free = 0, was;
	bool got;

	if (!seen)
		return cas_acquire(&m->owner, &free, self_word()); /* [A] */
	if (seen & ~CONTENDED)
		return false;
	was = pi_queue_lock(&m->q);
	got = pi_mutex_take_locked(m, NULL);
	pi_queue_unlock(&m->q, was);
	return got;
}

/* In line, as w; err: why not to wait any longer. */
static int wait_in_line(struct pi_mutex *m, struct pi_waiter *w,
			uint64_t deadline_ns, int err)
{
	uint64_t was = pi_queue_lock(&m->q);
	struct thread *next;
	bool mine;

	/* ended by an unlock, or by the clock */
	while (!(mine = pi_mutex_take_locked(m, w)) && !err) {
		if (park_is_over(deadline_ns)) {
			err = -ETIMEDOUT;
			break;
		}
		pi_queue_unlock(&m->q, was);
		park(deadline_ns);
		was = pi_queue_lock(&m->q);
	}
	pi_leave_locked(w);
	next = pi_press_locked(&m->q);
	pi_queue_unlock(&m->q, was);
	(void)!pi_walk(next, NULL);
	return mine ? 0 : err;
}

static never_inline int lock_slow(struct pi_mutex *m, uint64_t deadline_ns)
{
	struct pi_waiter w;
	struct thread *next;
	uint64_t was;

	watch_contended(m);
	was = pi_queue_lock(&m->q);

	if (pi_mutex_take_locked(m, NULL)) {
		pi_queue_unlock(&m->q, was);
		return 0;
	}
	pi_join_locked(&m->q, &w);
	next = pi_press_locked(&m->q);
	pi_queue_unlock(&m->q, was);
	return wait_in_line(m, &w, deadline_ns, pi_walk(next, thread_self()));
}

int pi_mutex_lock_timeout(struct pi_mutex *m, uint64_t deadline_ns)
{
	uint64_t free = 0;
	int err = 0;

	watch_acquire(m, WATCH_PI_MUTEX, 0);
	might_sleep();
	if (unlikely(!cas_acquire(&m->owner, &free, self_word()))) /* [A] */
		err = lock_slow(m, deadline_ns);
	if (err)
		watch_gave_up(m);
	else
		watch_acquired(m);
	return err;
}

int pi_mutex_lock(struct pi_mutex *m)
{
	return pi_mutex_lock_timeout(m, PARK_FOREVER);
}

bool pi_mutex_trylock(struct pi_mutex *m)
{
	if (!take(m))
		return false;
	watch_tried(m, WATCH_PI_MUTEX, 0);
	return true;
}

bool pi_mutex_is_mine(const struct pi_mutex *m)
{
	/* relaxed: only we ourselves can make it ours, or not ours */
	return (load_relaxed(&m->owner) & ~CONTENDED) == self_word();
}

/* With CONTENDED set.  False: nobody is in line, and it is cleared. */
static bool free_for_first(struct pi_mutex *m)
{
	uint64_t was = pi_queue_lock(&m->q);
	struct pi_waiter *first = pi_first_locked(&m->q);

	pi_own_locked(&m->q, NULL);
	if (first) {
		store_release(&m->owner, CONTENDED);		/* [A] */
		unpark(first->thread);
	} else {
		/* relaxed: it is still ours */
		store_relaxed(&m->owner, self_word());
	}
	pi_queue_unlock(&m->q, was);
	return first;
}

static never_inline void unlock_slow(struct pi_mutex *m)
{
	uint64_t mine;

	/* ends unless others keep coming and giving up */
	do {
		assert(pi_mutex_is_mine(m));
		if (free_for_first(m))
			return;
		mine = self_word();
	} while (!cas_release(&m->owner, &mine, 0));		/* [A] */
}

void pi_mutex_unlock(struct pi_mutex *m)
{
	uint64_t mine = self_word();

	watch_release(m);
	if (unlikely(!cas_release(&m->owner, &mine, 0)))	/* [A] */
		unlock_slow(m);
}

const struct pi_mutex_ops pi_mutex_ops = {
	.name = "pi_mutex",
	.trylock = pi_mutex_trylock,
	.lock = pi_mutex_lock_timeout,
	.unlock = pi_mutex_unlock,
};
