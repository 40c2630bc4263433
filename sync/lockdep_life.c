/*
 * sync/lockdep_life.c - the end of what holds, and of what is held: memory that
 * is freed, threads that end; and waiting for what has no owner.
 *
 * Invariant   waits_for is not NULL while a thread waits for something that is
 *             no lock; it is written last, and cleared first.
 *             units[] are the semaphores of which a thread took a unit that it
 *             has not given back itself: the last few of them, in no order.
 * Ordering    None of its own: see sync/lockdep.c.
 * References  Linux, Documentation/locking/lockdep-design.rst.
 */
#include "arch/clock.h"
#include "sync/lockdep.h"
#include "sync/selves.h"

/* memory */

struct range {
	uintptr_t start, end;
	const struct sync_self *owner;
	const void *lock;
	struct held_what what;
};

static bool holds_in_range(struct sync_self *s, void *arg)
{
	struct range *r = arg;
	/* relaxed: a hint, here and below */
	uint32_t depth = load_relaxed(&s->depth);

	for (uint32_t i = 0; i < depth && i < SELF_HELD_MAX; i++) {
		struct held_lock *l = &s->held[i];
		/* relaxed: so */
		uintptr_t lock = (uintptr_t)load_relaxed(&l->lock);

		if (lock >= r->start && lock < r->end) {
			r->owner = s;
			r->lock = (void *)lock;
			/* relaxed: so */
			r->what = held_unpack(load_relaxed(&l->what));
		}
	}
	return !r->owner;
}

void lockdep_free(const void *start, size_t size, uint32_t site)
{
	struct sync_self *self = sync_self();
	struct lockdep *d = lockdep_judge(self);
	struct range r = { .start = (uintptr_t)start,
			   .end = (uintptr_t)start + size };
	bool any = lockdep_forget(d, start, size);

	if (d != &kernel_lockdep)
		any |= lockdep_forget(&kernel_lockdep, start, size);
	holds_in_range(self, &r);
	if (!r.owner && any)
		selves_each(holds_in_range, &r);
	if (r.owner) {
		struct lockdep_finding f = {
			.verdict = LOCKDEP_FREED, .lock = r.lock,
			.site = site, .held = r.what, .owner = r.owner,
		};

		f.kind = lockdep_kind_of(lockdep_judge(r.owner), r.what.class);
		lockdep_found(d, &f);
	}
}

/* threads */

void lockdep_thread_begin(struct sync_self *self, uint32_t id,
			  const char *name)
{
	selves_add(self, id, name);
}

void lockdep_thread_end(uint32_t site)
{
	struct sync_self *self = sync_self();
	struct lockdep *d = lockdep_judge(self);
	/* relaxed: the thread's own, here and below */
	uint32_t depth = load_relaxed(&self->depth);

	for (uint32_t i = 0; i < depth; i++) {
		struct lockdep_finding f = {
			.verdict = LOCKDEP_EXIT, .site = site,
			/* relaxed: so */
			.lock = load_relaxed(&self->held[i].lock),
			/* relaxed: so */
			.held = held_unpack(load_relaxed(&self->held[i].what)),
		};

		f.kind = lockdep_kind_of(d, f.held.class);
		lockdep_found(d, &f);
	}
	selves_remove(self);
}

/* what has no owner */

void lockdep_wait(const void *object, enum watch_kind kind, uint32_t site)
{
	lockdep_acquire(object, kind, 0, site);
	lockdep_gave_up(object);
}

void lockdep_sleep(const void *object, enum watch_kind kind)
{
	struct sync_self *self = sync_self();

	/* relaxed: hints for others, here and below */
	store_relaxed(&self->waits_since, clock_ns());
	store_relaxed(&self->waits_kind, kind);		/* relaxed: so */
	/* relaxed: so */
	store_relaxed(&self->waits_for, (void *)object);
}

void lockdep_waited(void)
{
	/* relaxed: a hint */
	store_relaxed(&sync_self()->waits_for, NULL);
}

void lockdep_unit(const void *semaphore, bool taken)
{
	struct sync_self *self = sync_self();
	const void *old = taken ? NULL : semaphore;
	const void *new = taken ? semaphore : NULL;
	unsigned last = SELF_UNITS_MAX - 1;

	/* relaxed: hints, written by their thread; here and below */
	for (unsigned i = 0; i < SELF_UNITS_MAX; i++) {
		/* relaxed: so */
		if (load_relaxed(&self->units[i]) != old)
			continue;
		/* relaxed: so */
		store_relaxed(&self->units[i], (void *)new);
		return;
	}
	/* the first of them, which was not given back, makes room */
	for (unsigned i = 0; taken && i < last; i++)
		/* relaxed: so */
		store_relaxed(&self->units[i],
			      load_relaxed(&self->units[i + 1]));
	if (taken)
		/* relaxed: so */
		store_relaxed(&self->units[last], (void *)new);
}
