/*
 * sync/lockdep_held.c - what each thread has asked for and not let go of.
 *
 * Invariant   held[0 .. depth) of a thread are the locks it has asked for and
 *             not let go of, those of a handler upon it above its own.  The
 *             thread claims an entry by raising depth and then fills it, its
 *             lock last; so a handler that comes in between puts its own above
 *             and takes them off again, and whoever looks sees NULL or an entry
 *             that is whole.  An entry above depth has the lock NULL.
 *             state: ASKED -> GOT, or ASKED -> WAITING -> GOT_WAITED.
 * Ordering    None of its own.  Entries are the thread's; others that read them
 *             take them for hints.
 * References  The held locks of a task: Linux, kernel/locking/lockdep.c.
 */
#include "sync/lockdep.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "sync/lockstat.h"
#include "sync/lockup.h"

static void set_what(struct held_lock *l, struct held_what what)
{
	/* relaxed: others take it for a hint */
	store_relaxed(&l->what, held_pack(what));
}

/* The last entry of l, or NULL. */
struct held_lock *lockdep_entry(struct sync_self *self, const void *l)
{
	for (uint32_t i = depth_of(self); i--; )
		/* relaxed: the thread's own */
		if (load_relaxed(&self->held[i].lock) == l)
			return &self->held[i];
	return NULL;
}

void lockdep_push(struct sync_self *self, struct lockdep *d, const void *l,
		  struct held_what what, uint64_t since)
{
	uint32_t depth = depth_of(self);
	struct held_lock *at = &self->held[depth];

	if (unlikely(depth == SELF_HELD_MAX)) {
		self->untracked++;
		lockdep_full(d, TABLE_HELD);
		return;
	}
	/* relaxed: see the invariant; the barriers are for handlers here */
	store_relaxed(&self->depth, depth + 1);
	compiler_barrier();
	set_what(at, what);
	store_relaxed(&at->since, since);	/* relaxed: as above */
	compiler_barrier();
	store_relaxed(&at->lock, (void *)l);	/* relaxed: as above */
}

void lockdep_remove(struct sync_self *self, struct held_lock *at)
{
	struct held_lock *last = &self->held[depth_of(self) - 1];

	/* relaxed: the thread's own, here and below */
	for (; at < last; at++) {
		/* relaxed: so */
		store_relaxed(&at->lock, NULL);
		set_what(at, what_of(at + 1));
		/* relaxed: so */
		store_relaxed(&at->since, load_relaxed(&at[1].since));
		/* relaxed: so */
		store_relaxed(&at->lock, load_relaxed(&at[1].lock));
	}
	store_relaxed(&last->lock, NULL);	/* relaxed: so */
	compiler_barrier();
	/* relaxed: a handler that comes before it finds NULL */
	store_relaxed(&self->depth, depth_of(self) - 1);
}

static void begin_wait(struct held_lock *at)
{
	struct held_what what = what_of(at);

	what.state = HELD_WAITING;
	/* relaxed: a hint for others */
	store_relaxed(&at->since, clock_ns());
	set_what(at, what);
}

void lockdep_contended(const void *l)
{
	struct sync_self *self = sync_self();
	struct held_lock *at = in_nmi() ? NULL : lockdep_entry(self, l);

	if (at && what_of(at).state == HELD_ASKED)
		begin_wait(at);
}

void lockdep_spinning(const void *l)
{
	struct sync_self *self = sync_self();
	struct held_lock *at = in_nmi() ? NULL : lockdep_entry(self, l);

	if (!at)
		return;
	if (what_of(at).state == HELD_ASKED)
		begin_wait(at);
	else
		/* relaxed: the thread's own */
		lockup_spinning(l, load_relaxed(&at->since));
}

void lockdep_acquired(const void *l)
{
	struct sync_self *self = sync_self();
	struct held_lock *at = in_nmi() ? NULL : lockdep_entry(self, l);
	uint64_t now, waited = 0;
	struct held_what what;

	if (!at)
		return;
	what = what_of(at);
	now = clock_ns();
	if (what.state == HELD_WAITING)
		/* relaxed: the thread's own */
		waited = now - load_relaxed(&at->since);
	if (lockdep_judge(self) == &kernel_lockdep)
		lockstat_got(what.class, what.state == HELD_WAITING, waited);
	what.state = what.state == HELD_WAITING ? HELD_GOT_WAITED : HELD_GOT;
	/* relaxed: a hint for others */
	store_relaxed(&at->since, now);
	set_what(at, what);
}

void lockdep_gave_up(const void *l)
{
	struct sync_self *self = sync_self();
	struct held_lock *at = lockdep_entry(self, l);

	if (at)
		lockdep_remove(self, at);
	else if (self->untracked)
		self->untracked--;
}

void lockdep_downgrade(const void *l)
{
	struct held_lock *at = lockdep_entry(sync_self(), l);
	struct held_what what;

	if (!at)
		return;
	what = what_of(at);
	what.mode |= HELD_SHARED;
	set_what(at, what);
}

void lockdep_pass(const void *l, struct sync_self *to)
{
	struct sync_self *self = sync_self();
	struct lockdep *from_d = lockdep_judge(self), *to_d = lockdep_judge(to);
	struct held_lock *at = lockdep_entry(self, l);
	struct held_what what;
	uint64_t since;

	if (!at || to == self)
		return;
	what = what_of(at);
	/* relaxed: the thread's own */
	since = load_relaxed(&at->since);
	lockdep_remove(self, at);
	if (from_d != to_d)
		what.class = lockdep_class_of(to_d, l,
				from_d->classes[what.class].kind, 0);
	lockdep_push(to, to_d, l, what, since);
}
