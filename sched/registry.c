/*
 * sched/registry.c - a list by rising id.
 *
 * Invariant   Under lock: the list holds all threads but the idle ones, from
 *             registry_add() until the reaper, by rising id.  A thread in it
 *             whose reference count is zero is the reaper's: nobody may take
 *             a reference any more.
 */
#include "sched/registry.h"

#include "kernel/config.h"
#include "kernel/debug.h"
#include "sched/thread.h"
#include "sync/spinlock.h"

static struct spinlock lock = SPINLOCK_INIT;

/* under lock */
static struct list all = LIST_INIT(all);
static unsigned count;
static uint32_t next_id = NR_CPUS;

void registry_add(struct thread *t)
{
	uint64_t was = spin_lock_irqsave(&lock);

	t->id = next_id++;
	list_push_back(&all, &t->listed);
	count++;
	spin_unlock_irqrestore(&lock, was);
}

void registry_remove(struct thread *t)
{
	uint64_t was = spin_lock_irqsave(&lock);

	list_remove(&t->listed);
	count--;
	spin_unlock_irqrestore(&lock, was);
}

unsigned thread_count(void)
{
	uint64_t was = spin_lock_irqsave(&lock);
	unsigned n = count;

	spin_unlock_irqrestore(&lock, was);
	return n;
}

static bool get_unless_dead(struct thread *t)
{
	/* relaxed: the lock keeps the record in place */
	uint32_t refs = load_relaxed(&t->refs);

	while (refs)	/* ends when nobody else counts meanwhile */
		/* relaxed: as above */
		if (cas_relaxed(&t->refs, &refs, refs + 1))
			return true;
	return false;
}

struct thread *thread_find_from(uint32_t id)
{
	uint64_t was = spin_lock_irqsave(&lock);
	struct thread *found = NULL;

	list_for_each(pos, &all) {
		struct thread *t = list_entry(pos, struct thread, listed);

		if (t->id >= id && get_unless_dead(t)) {
			found = t;
			break;
		}
	}
	spin_unlock_irqrestore(&lock, was);
	return found;
}

static uint32_t running_id(void)
{
	struct thread *self = thread_self();

	return self ? self->id : 0;
}

static const char *running_name(void)
{
	struct thread *self = thread_self();

	return self ? self->name : "";
}

void registry_init(void)
{
	struct debug_threads told = {
		.all = &all,
		.list_offset = offsetof(struct thread, listed),
		.id_offset = offsetof(struct thread, id),
		.name_offset = offsetof(struct thread, name),
		.id = running_id,
		.name = running_name,
	};

	debug_set_threads(&told);
}
