/*
 * sync/futex_bucket.c - one lock, one list, and waiters that may be moved.
 *
 * Invariant   A waiter is linked in the list of w.bucket from futex_join() on
 *             until somebody wakes it or it leaves, under that bucket's lock.
 *             Being unlinked is having been woken: the token of unpark() only
 *             says "look again".
 *             w.bucket changes under the locks of both buckets.  So who wants
 *             to lock it reads it, locks what it read, and reads again: if it
 *             is the same, it is the bucket, and stays it.
 *             The waker unparks under the lock, and who was woken takes the
 *             lock before it returns: so the waiter is there for as long as the
 *             waker needs it.
 *             Two buckets are locked by rising address.
 * Ordering    [A] a move's store of w.bucket -> the waiter's first look, which
 *             only has to find a bucket: all of them live for ever.  The lock
 *             orders the rest, [A] of sync/spinlock.c: the waker changes the
 *             word, and takes the lock; the waiter looks at the word and queues
 *             under the lock.  Whoever takes it second sees what the other did.
 * References  Franke, Russell and Kirkwood, Fuss, futexes and furwocks, OLS
 *             2002.  Requeue with a compare: Drepper, Futexes are tricky, 2011,
 *             section 7; Linux, kernel/futex/requeue.c.
 */
#include "sync/futex_bucket.h"

#include "kernel/errno.h"
#include "sync/park.h"

static void lock_list(struct futex_bucket *b)
{
	spin_lock(&b->lock);
	if (!b->waiters.next)
		list_init(&b->waiters);
}

static uint64_t lock_bucket(struct futex_bucket *b)
{
	uint64_t was = spin_lock_irqsave(&b->lock);

	if (!b->waiters.next)
		list_init(&b->waiters);
	return was;
}

static void unlock_bucket(struct futex_bucket *b, uint64_t was)
{
	spin_unlock_irqrestore(&b->lock, was);
}

static bool same(struct futex_key a, struct futex_key b)
{
	return a.space == b.space && a.address == b.address;
}

/* With a bucket locked: 0 if the word is as expected. */
static int compare(struct futex_key key, uint32_t value)
{
	uint32_t found;
	int err = key.space->load(key.space, key.address, &found);

	if (err)
		return err;
	return found == value ? 0 : -EAGAIN;
}

int futex_join(struct futex_bucket *b, struct futex_waiter *w,
	       struct futex_key key, uint32_t value)
{
	uint64_t was = lock_bucket(b);
	int err = compare(key, value);

	if (!err) {
		w->key = key;
		w->thread = thread_self();
		/* relaxed: nobody but us knows w before the lock is free */
		store_relaxed(&w->bucket, b);
		list_push_back(&b->waiters, &w->queued);
	}
	unlock_bucket(b, was);
	return err;
}

/* The bucket that w is in, or was woken in, locked. */
static struct futex_bucket *lock_where_it_is(struct futex_waiter *w,
					     uint64_t *was)
{
	/* ends when w is not moved between the look and the lock */
	for (;;) {
		struct futex_bucket *b;

		b = load_acquire(&w->bucket);			/* [A] */
		*was = lock_bucket(b);
		/* relaxed: stable, if it is b, whose lock we hold */
		if (load_relaxed(&w->bucket) == b)
			return b;
		unlock_bucket(b, *was);
	}
}

bool futex_was_woken(struct futex_waiter *w)
{
	uint64_t was;
	struct futex_bucket *b = lock_where_it_is(w, &was);
	bool woken = list_empty(&w->queued);

	unlock_bucket(b, was);
	return woken;
}

bool futex_leave(struct futex_waiter *w)
{
	uint64_t was;
	struct futex_bucket *b = lock_where_it_is(w, &was);
	bool woken = list_empty(&w->queued);

	list_remove(&w->queued);
	unlock_bucket(b, was);
	return woken;
}

static void wake_locked(struct futex_waiter *w)
{
	list_remove(&w->queued);
	unpark(w->thread);
}

unsigned futex_wake_some(struct futex_bucket *b, struct futex_key key,
			 unsigned n)
{
	uint64_t was = lock_bucket(b);
	unsigned woken = 0;

	list_for_each_safe(node, &b->waiters) {
		struct futex_waiter *w = list_entry(node, struct futex_waiter,
						    queued);

		if (woken == n)
			break;
		if (same(w->key, key)) {
			wake_locked(w);
			woken++;
		}
	}
	unlock_bucket(b, was);
	return woken;
}

static void move_locked(struct futex_waiter *w, const struct futex_move *what)
{
	list_remove(&w->queued);
	list_push_back(&what->to->waiters, &w->queued);
	w->key = what->to_key;
	store_release(&w->bucket, what->to);			/* [A] */
}

static int wake_and_move_locked(const struct futex_move *what)
{
	struct list *last = what->from->waiters.prev;
	unsigned wake = what->wake, move = what->move;
	bool end = list_empty(&what->from->waiters);
	struct list *node = what->from->waiters.next, *next;

	/* up to who was the last: not those who are moved to behind it */
	for (; !end && (wake || move); node = next) {
		struct futex_waiter *w = list_entry(node, struct futex_waiter,
						    queued);

		end = node == last;
		next = node->next;
		if (!same(w->key, what->from_key))
			continue;
		if (wake) {
			wake--;
			wake_locked(w);
		} else {
			move--;
			move_locked(w, what);
		}
	}
	return what->wake - wake + what->move - move;
}

int futex_wake_and_move(const struct futex_move *what)
{
	bool up = what->from <= what->to;
	struct futex_bucket *first = up ? what->from : what->to;
	struct futex_bucket *second = up ? what->to : what->from;
	uint64_t was = lock_bucket(first);
	int done;

	if (second != first)
		lock_list(second);
	done = compare(what->from_key, what->value);
	if (!done)
		done = wake_and_move_locked(what);
	if (second != first)
		spin_unlock(&second->lock);
	unlock_bucket(first, was);
	return done;
}

unsigned futex_count(struct futex_bucket *b, struct futex_key key)
{
	uint64_t was = lock_bucket(b);
	unsigned n = 0;

	list_for_each(node, &b->waiters)
		n += same(list_entry(node, struct futex_waiter, queued)->key,
			  key);
	unlock_bucket(b, was);
	return n;
}
