/*
 * sync/selves.c - a list under a test-and-set lock of its own.
 *
 * Not one of sync/'s: those would tell lockdep, which asks us.
 *
 * Invariant   Under guard, interrupts masked: the list has each thread that has
 *             begun and not ended.
 * Ordering    [A] guard 0 -> its next holder.
 * References  sync/tas.c.
 */
#include "sync/selves.h"

#include "arch/cpu.h"
#include "sync/lockdep.h"

static struct atomic32 guard;
static struct list all = LIST_INIT(all);

static uint64_t lock(void)
{
	uint64_t was = irq_save();

	/* ended by its holder, who waits for nothing */
	while (xchg_acquire(&guard, 1))			/* [A] */
		cpu_relax();
	return was;
}

static void unlock(uint64_t was)
{
	store_release(&guard, 0);			/* [A] */
	irq_restore(was);
}

void selves_add(struct sync_self *s, uint32_t id, const char *name)
{
	uint64_t was = lock();

	s->id = id;
	s->name = name;
	list_push_back(&all, &s->listed);
	unlock(was);
}

void selves_remove(struct sync_self *s)
{
	uint64_t was = lock();

	if (s->name)
		list_remove(&s->listed);
	unlock(was);
}

void selves_each(bool (*fn)(struct sync_self *s, void *arg), void *arg)
{
	uint64_t was = lock();

	list_for_each(pos, &all)
		if (!fn(list_entry(pos, struct sync_self, listed), arg))
			break;
	unlock(was);
}

struct hunt {
	const void *lock;
	const struct sync_self *not;
	const struct sync_self *found;
};

static bool holds(struct sync_self *s, void *arg)
{
	struct hunt *h = arg;
	/* relaxed: a hint, here and below */
	uint32_t depth = load_relaxed(&s->depth);

	for (uint32_t i = 0; s != h->not && i < depth && i < SELF_HELD_MAX;
	     i++) {
		struct held_lock *l = &s->held[i];
		/* relaxed: so */
		struct held_what w = held_unpack(load_relaxed(&l->what));

		/* relaxed: so */
		if (load_relaxed(&l->lock) == h->lock && w.state >= HELD_GOT)
			h->found = s;
	}
	return !h->found;
}

const struct sync_self *selves_holder(const void *l,
				      const struct sync_self *not)
{
	struct hunt h = { .lock = l, .not = not };

	selves_each(holds, &h);
	return h.found;
}
