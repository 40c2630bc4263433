/*
 * sync/rwsem.c - a count of readers, a writer's bit, and a queue.
 *
 * Invariant   state = READER * readers inside + WRITER (one is inside)
 *             + QUEUED (somebody is queued).  Never readers and a writer.
 *             With QUEUED clear, who finds room enters by a swap.  With QUEUED
 *             set, only admit() lets anybody in, under q.lock: the head of the
 *             queue, and if it is a reader, those right behind it too.
 *             admit() is called whenever the head may have become able to
 *             enter: by who leaves the lock, and by who leaves the queue or
 *             joins it.  It looks at the state itself, so one call too many
 *             does no harm.
 *             Who is taken out of the queue is inside: its share of state was
 *             added for it.
 * Ordering    [A] unlock -> lock, by state.  Every change is a read-modify-
 *             write, so it continues the release sequences of all before it:
 *             a writer that enters has seen each reader's unlock.  Who is let
 *             in by admit() gets the same through q.lock, [A] of
 *             sync/spinlock.c, since admit() acquires.
 * References  Courtois, Heymans and Parnas, CACM 14(10), 1971.  The fair queue:
 *             Krieger, Stumm, Unrau and Hanna, ICPP 1993; Linux,
 *             kernel/locking/rwsem.c.
 */
#include "sync/rwsem.h"

#include "kernel/assert.h"
#include "sync/preempt.h"

#define WRITER	1u
#define QUEUED	2u
#define READER	4u

void rwsem_init(struct rwsem *l)
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->state, 0);
	waitq_init(&l->q);
}

/* Is there room for one more, whoever is queued? */
static bool has_room(uint32_t state, bool writer)
{
	return writer ? !(state & ~QUEUED) : !(state & WRITER);
}

/* Past nobody: with somebody queued there is no room. */
static bool enter(struct rwsem *l, bool writer)
{
	/* relaxed: a first guess, which the swap verifies */
	uint32_t state = load_relaxed(&l->state);

	/* ends when we are in, or have no room */
	while (!(state & QUEUED) && has_room(state, writer))
		if (cas_acquire(&l->state, &state,		/* [A] */
				state + (writer ? WRITER : READER)))
			return true;
	return false;
}

/* Adds the head's share, if it has room.  Who leaves meanwhile makes more. */
static bool enter_for_head_locked(struct rwsem *l, bool writer)
{
	/* relaxed: a first guess, which the swap verifies */
	uint32_t state = load_relaxed(&l->state);

	/* ends when it is in, or has no room */
	while (has_room(state, writer))
		if (cas_acq_rel(&l->state, &state,		/* [A] */
				state + (writer ? WRITER : READER)))
			return true;
	return false;
}

/* Lets in from the head of the queue who can enter; q is locked. */
static void admit_locked(struct rwsem *l)
{
	struct waiter *w;

	while ((w = waitq_first_locked(&l->q))) {
		struct rwsem_waiter *head =
			container_of(w, struct rwsem_waiter, w);

		if (!enter_for_head_locked(l, head->writer))
			return;
		waiter_wake_locked(w);
	}
	fetch_and_acq_rel(&l->state, ~QUEUED);			/* [A] */
}

static never_inline void admit(struct rwsem *l)
{
	uint64_t was = waitq_lock(&l->q);

	admit_locked(l);
	waitq_unlock(&l->q, was);
}

static never_inline bool queue(struct rwsem *l, bool writer,
			       uint64_t deadline_ns)
{
	struct rwsem_waiter mine = { .writer = writer };
	uint64_t was;
	bool inside;

	was = waitq_lock(&l->q);
	waitq_push_locked(&l->q, &mine.w, true);
	fetch_or_acq_rel(&l->state, QUEUED);			/* [A] */
	/* who left before it saw QUEUED has called nobody */
	admit_locked(l);
	inside = waitq_sleep_locked(&l->q, &mine.w, deadline_ns, was);
	if (!inside)
		admit_locked(l);
	waitq_unlock(&l->q, was);
	return inside;
}

static bool lock(struct rwsem *l, bool writer, uint64_t deadline_ns)
{
	might_sleep();
	return likely(enter(l, writer)) || queue(l, writer, deadline_ns);
}

void rwsem_read_lock(struct rwsem *l)
{
	(void)lock(l, false, PARK_FOREVER);
}

bool rwsem_read_trylock(struct rwsem *l)
{
	return enter(l, false);
}

bool rwsem_read_lock_timeout(struct rwsem *l, uint64_t deadline_ns)
{
	return lock(l, false, deadline_ns);
}

void rwsem_read_unlock(struct rwsem *l)
{
	uint32_t found = fetch_add_release(&l->state, -READER);	/* [A] */

	assert(found >= READER);
	/* the last reader, and somebody queued */
	if (unlikely(found == READER + QUEUED))
		admit(l);
}

void rwsem_write_lock(struct rwsem *l)
{
	(void)lock(l, true, PARK_FOREVER);
}

bool rwsem_write_trylock(struct rwsem *l)
{
	return enter(l, true);
}

bool rwsem_write_lock_timeout(struct rwsem *l, uint64_t deadline_ns)
{
	return lock(l, true, deadline_ns);
}

void rwsem_write_unlock(struct rwsem *l)
{
	uint32_t found = fetch_add_release(&l->state, -WRITER);	/* [A] */

	assert(found & WRITER);
	if (unlikely(found & QUEUED))
		admit(l);
}

void rwsem_downgrade(struct rwsem *l)
{
	uint32_t found = fetch_add_release(&l->state,		/* [A] */
					   READER - WRITER);

	assert(found & WRITER);
	if (unlikely(found & QUEUED))
		admit(l);
}

const struct rwsem_ops rwsem_ops = {
	.name = "rwsem",
	.read_lock = rwsem_read_lock_timeout,
	.read_trylock = rwsem_read_trylock,
	.read_unlock = rwsem_read_unlock,
	.write_lock = rwsem_write_lock_timeout,
	.write_trylock = rwsem_write_trylock,
	.write_unlock = rwsem_write_unlock,
	.downgrade = rwsem_downgrade,
};
