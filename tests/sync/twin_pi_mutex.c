/*
 * tests/sync/twin_pi_mutex.c - broken mutexes with inheritance, or without.
 */
#include "tests/sync/twins_pi.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "kernel/errno.h"

enum fault {
	BOOSTS_NOBODY,
	BOOSTS_ONE,
	KEEPS_THE_BOOST,
	LEAVES_A_GHOST,
	SWALLOWS_ITS_TURN,
	SERVES_WHO_CAME_FIRST,
	SEES_NO_CYCLE,
};

static struct pi_waiter ghosts[PI_GHOSTS];
static struct atomic32 nr_ghosts;

static struct pi_waiter *new_ghost(void)
{
	uint32_t n = fetch_add_acq_rel(&nr_ghosts, 1);

	assert(n < PI_GHOSTS);
	return &ghosts[n];
}

void pi_ghosts_bury(struct pi_mutex *m)
{
	uint64_t was = pi_queue_lock(&m->q);
	struct pi_waiter *first;

	while ((first = pi_first_locked(&m->q)))
		list_remove(&first->queued);
	pi_queue_unlock(&m->q, was);
	store_release(&nr_ghosts, 0);
}

static void forget(struct thread *next)
{
	if (next)
		thread_put(next);
}

static int join(struct pi_mutex *m, struct pi_waiter *w, enum fault fault,
		uint64_t was)
{
	struct thread *next;

	pi_join_locked(&m->q, w);
	if (fault == SERVES_WHO_CAME_FIRST) {
		list_remove(&w->queued);
		list_push_back(&m->q.waiters, &w->queued);
	}
	if (fault == BOOSTS_NOBODY) {
		pi_queue_unlock(&m->q, was);
		return 0;
	}
	next = pi_press_locked(&m->q);
	pi_queue_unlock(&m->q, was);
	if (fault != BOOSTS_ONE)
		return pi_walk(next, fault == SEES_NO_CYCLE ? NULL :
					     thread_self());
	forget(next);
	return 0;
}

static void leave(struct pi_mutex *m, struct pi_waiter *w, enum fault fault,
		  bool mine, uint64_t was)
{
	struct thread *next = NULL;

	pi_leave_locked(w);
	if (!mine && fault == LEAVES_A_GHOST) {
		struct pi_waiter *ghost = new_ghost();

		*ghost = *w;
		list_push_front(&m->q.waiters, &ghost->queued);
	} else if (mine || fault != KEEPS_THE_BOOST) {
		next = pi_press_locked(&m->q);
	}
	pi_queue_unlock(&m->q, was);
	(void)!pi_walk(next, NULL);
}

/* As sync/pi_mutex.c does, but for the fault. */
static int lock(struct pi_mutex *m, uint64_t deadline_ns, enum fault fault)
{
	struct pi_waiter w;
	uint64_t was = pi_queue_lock(&m->q);
	bool mine = pi_mutex_take_locked(m, NULL);
	int err;

	if (mine) {
		pi_queue_unlock(&m->q, was);
		return 0;
	}
	err = join(m, &w, fault, was);
	was = pi_queue_lock(&m->q);
	while (!(mine = pi_mutex_take_locked(m, &w)) && !err) {
		pi_queue_unlock(&m->q, was);
		park(deadline_ns);
		was = pi_queue_lock(&m->q);
		if (clock_ns() >= deadline_ns)
			err = -ETIMEDOUT;
		if (err && fault == SWALLOWS_ITS_TURN)
			break;
	}
	leave(m, &w, fault, mine, was);
	return mine ? 0 : err;
}

static int lock_nothing(struct pi_mutex *m, uint64_t deadline_ns)
{
	(void)deadline_ns;
	store_release(&m->owner, (uintptr_t)thread_self());
	return 0;
}

static bool try_nothing(struct pi_mutex *m)
{
	return !lock_nothing(m, 0);
}

static void unlock_nothing(struct pi_mutex *m)
{
	store_release(&m->owner, 0);
}

const struct pi_mutex_ops pi_mutex_that_does_nothing = {
	.name = "does nothing", .trylock = try_nothing,
	.lock = lock_nothing, .unlock = unlock_nothing,
};

#define TWIN(suffix, fault) \
static int lock_that_##suffix(struct pi_mutex *m, uint64_t deadline_ns) \
{ \
	return lock(m, deadline_ns, fault); \
} \
const struct pi_mutex_ops pi_mutex_that_##suffix = { \
	.name = #suffix, .trylock = pi_mutex_trylock, \
	.lock = lock_that_##suffix, .unlock = pi_mutex_unlock, \
};

TWIN(boosts_nobody, BOOSTS_NOBODY)
TWIN(boosts_one, BOOSTS_ONE)
TWIN(keeps_the_boost, KEEPS_THE_BOOST)
TWIN(leaves_a_ghost, LEAVES_A_GHOST)
TWIN(swallows_its_turn, SWALLOWS_ITS_TURN)
TWIN(serves_who_came_first, SERVES_WHO_CAME_FIRST)
TWIN(sees_no_cycle, SEES_NO_CYCLE)
