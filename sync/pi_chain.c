/*
 * sync/pi_chain.c - one step of the chain at a time, and look again.
 *
 * Invariant   A chain: thread t waits as t.blocked, in the queue blocked->q,
 *             whose owner waits ... until a thread that does not wait.
 *             Local truth, outside of these functions:
 *             (1) w.prio = the priority of w.thread = max(base, boost)
 *             (2) q.urgency = the prio of q's first waiter, or 0
 *             (3) t.boost = the highest urgency in t's list of owned queues
 *             Without cycles these three, everywhere, make every priority what
 *             it should be: by induction from the threads nobody waits for.
 *             Who makes one of them untrue makes it true again, which may make
 *             the next one untrue, and so walks on.  It stops where it finds
 *             nothing to change.  Several may walk the same chain: every step
 *             reads everything anew under the locks, so the last one to come by
 *             has the last word, and comes after the last change.
 *             A cycle would keep a boost alive with nobody behind it.  Whoever
 *             closes one takes itself out again, and the walk that it does
 *             then goes all around.
 *             A walk is no snapshot: who was blocked when we came by may run
 *             meanwhile, and block for us.  Waits are numbered as they begin.
 *             If no wait on the way is younger than the walk's beginning, then
 *             all of them were there at that moment, and each owner too, since
 *             who is blocked takes nothing: the cycle is real.  If one is, we
 *             walk again; a real one does not go away.
 * Locks       A queue's lock, then a thread's, then the runqueue's.  A step
 *             goes against that order, from a waiter to its queue: it tries,
 *             and if it fails lets go of everything.  No step keeps a lock for
 *             the next one; the next thread is kept alive by a reference.
 *             A thread that is blocked cannot leave its queue but by taking
 *             both locks.  So whoever holds its lock and sees it blocked may
 *             touch the queue, and who has locked the queue then may let go of
 *             the thread.
 *             An owner cannot give its queue away without the queue's lock, so
 *             it lives while we hold that.
 * Ordering    [A] a wait gets its number -> a walk begins: what has a number
 *             that is not above the walk's had begun before it.
 *             Otherwise the locks order everything, [A] of sync/spinlock.c.
 * References  Sha, Rajkumar and Lehoczky, Priority inheritance protocols, IEEE
 *             Trans. Computers 39(9), 1990, III.  The walk with two locks and
 *             references between: Linux, kernel/locking/rtmutex.c and
 *             Documentation/locking/rt-mutex-design.rst.
 */
#include "sync/pi_chain.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "kernel/errno.h"
#include "sync/self.h"

static struct atomic64 waits;		/* how many have begun */

static struct pi_self *self_of(struct thread *t)
{
	return &thread_sync(t)->pi;
}

void pi_queue_init(struct pi_queue *q)
{
	*q = (struct pi_queue)PI_QUEUE_INIT(*q);
}

uint64_t pi_queue_lock(struct pi_queue *q)
{
	return spin_lock_irqsave(&q->lock);
}

void pi_queue_unlock(struct pi_queue *q, uint64_t was)
{
	spin_unlock_irqrestore(&q->lock, was);
}

struct pi_waiter *pi_first_locked(struct pi_queue *q)
{
	if (list_empty(&q->waiters))
		return NULL;
	return list_entry(q->waiters.next, struct pi_waiter, queued);
}

/* With the lock of t's pi_self held. */
static int priority_locked(struct thread *t)
{
	int base = thread_base_priority(t);
	int boost = self_of(t)->boost;

	return boost > base ? boost : base;
}

int pi_priority(struct thread *t)
{
	struct pi_self *s = self_of(t);
	uint64_t was = spin_lock_irqsave(&s->lock);
	int prio = priority_locked(t);

	spin_unlock_irqrestore(&s->lock, was);
	return prio;
}

/* (3) of t; its lock is held. */
static void update_boost_locked(struct thread *t)
{
	struct pi_self *s = self_of(t);
	int boost = 0;

	for (struct pi_queue *q = s->owned; q; q = q->next_owned)
		if (q->urgency > boost)
			boost = q->urgency;
	if (boost != s->boost)
		thread_boost(t, boost);
	s->boost = boost;
}

/* (2); q is locked. */
static void update_urgency_locked(struct pi_queue *q)
{
	struct pi_waiter *first = pi_first_locked(q);

	q->urgency = first ? first->prio : 0;
}

static void disown_locked(struct pi_queue *q)
{
	struct pi_self *s = self_of(q->owner);
	struct pi_queue **at = &s->owned;

	spin_lock(&s->lock);
	while (*at != q)	/* q is in its owner's list */
		at = &(*at)->next_owned;
	*at = q->next_owned;
	update_boost_locked(q->owner);
	spin_unlock(&s->lock);
	q->owner = NULL;
}

void pi_own_locked(struct pi_queue *q, struct thread *t)
{
	struct pi_self *s;

	if (q->owner == t)
		return;
	if (q->owner)
		disown_locked(q);
	if (!t)
		return;
	s = self_of(t);
	spin_lock(&s->lock);
	q->owner = t;
	q->next_owned = s->owned;
	s->owned = q;
	update_urgency_locked(q);
	update_boost_locked(t);
	spin_unlock(&s->lock);
}

/* Behind those who are as urgent. */
static void insert_locked(struct pi_queue *q, struct pi_waiter *w)
{
	struct list *at = q->waiters.prev;

	while (at != &q->waiters &&
	       list_entry(at, struct pi_waiter, queued)->prio < w->prio)
		at = at->prev;
	list_push_front(at, &w->queued);
}

void pi_join_locked(struct pi_queue *q, struct pi_waiter *w)
{
	struct pi_self *s;

	w->thread = thread_self();
	w->q = q;
	s = self_of(w->thread);
	spin_lock(&s->lock);
	assert(!s->blocked);
	w->prio = priority_locked(w->thread);
	insert_locked(q, w);
	s->blocked = w;
	s->wait = fetch_add_acq_rel(&waits, 1) + 1;	/* [A] */
	spin_unlock(&s->lock);
}

void pi_leave_locked(struct pi_waiter *w)
{
	struct pi_self *s = self_of(w->thread);

	spin_lock(&s->lock);
	list_remove(&w->queued);
	s->blocked = NULL;
	spin_unlock(&s->lock);
}

struct thread *pi_press_locked(struct pi_queue *q)
{
	struct thread *owner = q->owner;
	struct thread *next = NULL;
	struct pi_self *s;

	if (!owner) {
		update_urgency_locked(q);
		if (!list_empty(&q->waiters))
			unpark(pi_first_locked(q)->thread);
		return NULL;
	}
	s = self_of(owner);
	spin_lock(&s->lock);
	update_urgency_locked(q);
	update_boost_locked(owner);
	if (s->blocked) {
		next = owner;
		thread_get(next);
	}
	spin_unlock(&s->lock);
	return next;
}

/*
 * Where t waits, with that queue locked and t's own lock held as well, so that
 * it stays there; or NULL, with neither.
 */
static struct pi_waiter *lock_where_blocked(struct thread *t, uint64_t *was)
{
	struct pi_self *s = self_of(t);

	/* ends when t does not wait, or its queue's lock is free */
	for (;;) {
		struct pi_waiter *w;

		*was = spin_lock_irqsave(&s->lock);
		w = s->blocked;
		if (w && spin_trylock(&w->q->lock))
			return w;
		spin_unlock_irqrestore(&s->lock, *was);
		if (!w)
			return NULL;
		cpu_relax();
	}
}

/*
 * (1) of t.  Who comes next; or NULL: it waits for nobody, or all is well.
 * youngest: raised to the number of t's wait.
 */
static struct thread *step(struct thread *t, bool to_the_end,
			   uint64_t *youngest)
{
	struct thread *next = NULL;
	struct pi_waiter *w;
	struct pi_queue *q;
	uint64_t was;
	int prio;
	bool moves;

	w = lock_where_blocked(t, &was);
	if (!w)
		return NULL;
	q = w->q;
	if (self_of(t)->wait > *youngest)
		*youngest = self_of(t)->wait;
	prio = priority_locked(t);
	moves = prio != w->prio;
	if (moves) {
		list_remove(&w->queued);
		w->prio = prio;
		insert_locked(q, w);
	}
	spin_unlock(&self_of(t)->lock);
	if (moves || to_the_end)
		next = pi_press_locked(q);
	pi_queue_unlock(q, was);
	return next;
}

int pi_walk(struct thread *t, const struct thread *self)
{
	uint64_t begun = load_acquire(&waits), youngest = 0;	/* [A] */
	unsigned steps = 0;

	/* ends where nobody waits, or nothing changes, or at self */
	while (t) {
		struct thread *next = NULL;
		bool met = t == self;
		bool real = met && youngest <= begun;

		if (met && !real) {	/* a wait was younger: once more */
			begun = load_acquire(&waits);		/* [A] */
			youngest = 0;
			steps = 0;
		}
		if (!real)
			next = step(t, self && ++steps < PI_CYCLE_MAX,
				    &youngest);
		thread_put(t);
		if (real)
			return -EDEADLK;
		t = next;
	}
	return 0;
}

void pi_base_changed(struct thread *t)
{
	thread_get(t);
	(void)!pi_walk(t, NULL);
}
