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
 *             writer is NULL unless WRITER is set: the writer names itself when
 *             it is inside, and takes its name away before it leaves.  While
 *             q.lock is held and QUEUED is set, a writer's unlock cannot return
 *             but by admit(); so the thread that is named then lives, and may
 *             be looked at.  Who looks sets QUEUED for that moment, and clears
 *             it if nobody is queued; whoever met it meanwhile comes to q.lock.
 * Ordering    [A] unlock -> lock, by state.  Every change is a read-modify-
 *             write, so it continues the release sequences of all before it:
 *             a writer that enters has seen each reader's unlock.  Who is let
 *             in by admit() gets the same through q.lock, [A] of
 *             sync/spinlock.c, since admit() acquires.  A writer acquires as it
 *             leaves, too: who cleared QUEUED after a look at its thread is
 *             done with the look before that thread can end.
 * References  Courtois, Heymans and Parnas, CACM 14(10), 1971.  The fair queue:
 *             Krieger, Stumm, Unrau and Hanna, ICPP 1993; Linux,
 *             kernel/locking/rwsem.c.  To look at an owner safely: as
 *             sync/mutex.c.
 */
#include "sync/rwsem.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "sync/preempt.h"
#include "sync/watch.h"

#define WRITER	1u
#define QUEUED	2u
#define READER	4u

#define LOOK_EVERY	64	/* spins between two looks at the writer */

void rwsem_init(struct rwsem *l)
{
	/* relaxed: l is the caller's own until it is published */
	store_relaxed(&l->state, 0);
	store_relaxed(&l->writer, NULL);	/* relaxed: as above */
	waitq_init(&l->q);
	watch_init(l, WATCH_RWSEM);
	watch_init(&l->q.lock, WATCH_SPIN);
}

/* Is there room for one more, whoever is queued? */
static bool has_room(uint32_t state, bool writer)
{
	return writer ? !(state & ~QUEUED) : !(state & WRITER);
}

static bool name_writer(struct rwsem *l, bool writer)
{
	/* relaxed: a hint; q.lock and QUEUED make it safe */
	if (writer)
		store_relaxed(&l->writer, thread_self());
	return true;
}

/*
 * Past nobody: with somebody queued there is no room.  Inlined, so that each
 * lock knows which kind it is: the row "rwsem, writing" of `make bench-host`.
 */
static always_inline bool enter(struct rwsem *l, bool writer)
{
	/* relaxed: a first guess, which the swap verifies */
	uint32_t state = load_relaxed(&l->state);

	/* ends when we are in, or have no room */
	while (!(state & QUEUED) && has_room(state, writer))
		if (cas_acquire(&l->state, &state,		/* [A] */
				state + (writer ? WRITER : READER)))
			return name_writer(l, writer);
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

static bool queue(struct rwsem *l, bool writer, uint64_t deadline_ns)
{
	struct rwsem_waiter mine = { .writer = writer };
	uint64_t was;
	bool inside;

	watch_contended(l);
	was = waitq_lock(&l->q);
	waitq_push_locked(&l->q, &mine.w, true);
	fetch_or_acq_rel(&l->state, QUEUED);			/* [A] */
	/* who left before it saw QUEUED has called nobody */
	admit_locked(l);
	inside = waitq_sleep_locked(&l->q, &mine.w, deadline_ns, was);
	if (!inside)
		admit_locked(l);
	waitq_unlock(&l->q, was);
	return inside && name_writer(l, writer);
}

/* A writer is inside and on a CPU, and nobody is queued. */
static bool writer_runs(struct rwsem *l)
{
	uint64_t was = waitq_lock(&l->q);
	bool runs = false;

	if (!waitq_first_locked(&l->q)) {
		uint32_t state = fetch_or_acq_rel(&l->state, QUEUED); /* [A] */
		/* relaxed: q.lock and QUEUED hold the writer still */
		struct thread *t = load_relaxed(&l->writer);

		/* not named yet: it has just come */
		runs = state & WRITER && (!t || thread_is_running(t));
		fetch_and_acq_rel(&l->state, ~QUEUED);		/* [A] */
	}
	waitq_unlock(&l->q, was);
	return runs;
}

static bool spin(struct rwsem *l, bool writer)
{
	for (unsigned looks = 0; looks < RWSEM_SPINS; looks++) {
		if (!writer_runs(l))
			return false;
		for (unsigned i = 0; i < LOOK_EVERY; i++) {
			if (enter(l, writer))
				return true;
			cpu_relax();
		}
	}
	return false;
}

static never_inline bool lock_slow(struct rwsem *l, bool writer,
				   uint64_t deadline_ns)
{
	return spin(l, writer) || queue(l, writer, deadline_ns);
}

static always_inline bool lock(struct rwsem *l, bool writer,
			       uint64_t deadline_ns)
{
	watch_acquire(l, WATCH_RWSEM, writer ? 0 : WATCH_READ);
	might_sleep();
	if (unlikely(!enter(l, writer)) && !lock_slow(l, writer, deadline_ns)) {
		watch_gave_up(l);
		return false;
	}
	watch_acquired(l);
	return true;
}

void rwsem_read_lock(struct rwsem *l)
{
	(void)lock(l, false, PARK_FOREVER);
}

bool rwsem_read_trylock(struct rwsem *l)
{
	if (!enter(l, false))
		return false;
	watch_tried(l, WATCH_RWSEM, WATCH_READ);
	return true;
}

bool rwsem_read_lock_timeout(struct rwsem *l, uint64_t deadline_ns)
{
	return lock(l, false, deadline_ns);
}

void rwsem_read_unlock(struct rwsem *l)
{
	uint32_t found;

	watch_release(l);
	found = fetch_add_release(&l->state, -READER);		/* [A] */
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
	if (!enter(l, true))
		return false;
	watch_tried(l, WATCH_RWSEM, 0);
	return true;
}

bool rwsem_write_lock_timeout(struct rwsem *l, uint64_t deadline_ns)
{
	return lock(l, true, deadline_ns);
}

void rwsem_write_unlock(struct rwsem *l)
{
	uint32_t found;

	watch_release(l);
	/* relaxed: the next line orders it */
	store_relaxed(&l->writer, NULL);
	found = fetch_add_acq_rel(&l->state, -WRITER);		/* [A] */
	assert(found & WRITER);
	if (unlikely(found & QUEUED))
		admit(l);
}

void rwsem_downgrade(struct rwsem *l)
{
	uint32_t found;

	watch_downgrade(l);
	/* relaxed: the next line orders it */
	store_relaxed(&l->writer, NULL);
	found = fetch_add_acq_rel(&l->state, READER - WRITER);	/* [A] */
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
