/*
 * tests/sync/twin_rwsem.c - broken rw-semaphores.
 */
#include "tests/sync/twins.h"

#include "arch/cpu.h"

/* as in sync/rwsem.c */
#define WRITER	1u
#define QUEUED	2u
#define READER	4u

static bool enter_anyway(struct rwsem *l, uint64_t deadline_ns)
{
	(void)l;
	(void)deadline_ns;
	return true;
}

static bool try_anyway(struct rwsem *l)
{
	(void)l;
	return true;
}

static void leave_anyway(struct rwsem *l)
{
	(void)l;
}

/* Who reads does not care who is queued. */
static bool read_past_the_queue(struct rwsem *l, uint64_t deadline_ns)
{
	uint32_t state = load_acquire(&l->state);

	while (!(state & WRITER))
		if (cas_acquire(&l->state, &state, state + READER))
			return true;
	return rwsem_read_lock_timeout(l, deadline_ns);
}

static bool try_past_the_queue(struct rwsem *l)
{
	uint32_t state = load_acquire(&l->state);

	while (!(state & WRITER))
		if (cas_acquire(&l->state, &state, state + READER))
			return true;
	return false;
}

/* The first reader in the queue, but not those right behind it. */
static void admit_one_reader(struct rwsem *l)
{
	uint64_t was = waitq_lock(&l->q);
	struct waiter *w = waitq_first_locked(&l->q);
	bool reader = w && !container_of(w, struct rwsem_waiter, w)->writer;

	if (reader) {
		fetch_add_acq_rel(&l->state, READER - WRITER);
		waiter_wake_locked(w);
	}
	waitq_unlock(&l->q, was);
	if (!reader)
		rwsem_write_unlock(l);
}

static void admit_nobody(struct rwsem *l)
{
	fetch_add_release(&l->state, -WRITER);
}

/* Gives up, and does not think of those behind it. */
static bool block_the_door(struct rwsem *l, uint64_t deadline_ns)
{
	struct rwsem_waiter mine = { .writer = true };
	uint64_t was;
	bool inside;

	if (rwsem_write_trylock(l))
		return true;
	was = waitq_lock(&l->q);
	waitq_push_locked(&l->q, &mine.w, true);
	fetch_or_acq_rel(&l->state, QUEUED);
	inside = waitq_sleep_locked(&l->q, &mine.w, deadline_ns, was);
	waitq_unlock(&l->q, was);
	return inside;
}

/* As before there was a spin: into the queue at once. */
static bool queue_at_once(struct rwsem *l, uint64_t deadline_ns)
{
	struct rwsem_waiter mine = { .writer = true };
	uint64_t was = waitq_lock(&l->q);
	bool inside;

	waitq_push_locked(&l->q, &mine.w, true);
	fetch_or_acq_rel(&l->state, QUEUED);
	inside = waitq_sleep_locked(&l->q, &mine.w, deadline_ns, was);
	waitq_unlock(&l->q, was);
	return inside;
}

static bool write_at_once(struct rwsem *l, uint64_t deadline_ns)
{
	return rwsem_write_trylock(l) || queue_at_once(l, deadline_ns);
}

/* It looks, as it should, and does not see that the writer sleeps. */
static bool spin_for_sleeper(struct rwsem *l, uint64_t deadline_ns)
{
	for (unsigned looks = 0; looks < 50 * RWSEM_SPINS; looks++) {
		if (rwsem_write_trylock(l))
			return true;
		waitq_unlock(&l->q, waitq_lock(&l->q));
		cpu_relax();
	}
	return rwsem_write_lock_timeout(l, deadline_ns);
}

/* QUEUED?  It is free, so it is ours. */
static bool spin_past_the_queue(struct rwsem *l, uint64_t deadline_ns)
{
	for (unsigned i = 0; i < 50 * RWSEM_SPINS; i++) {
		uint32_t state = load_acquire(&l->state) & QUEUED;

		if (cas_acquire(&l->state, &state, state + WRITER))
			return true;
		cpu_relax();
	}
	return rwsem_write_lock_timeout(l, deadline_ns);
}

static void unlock_then_lock(struct rwsem *l)
{
	rwsem_write_unlock(l);
	rwsem_read_lock(l);
}

const struct rwsem_ops rwsem_that_does_nothing = {
	.name = "does nothing",
	.read_lock = enter_anyway, .read_trylock = try_anyway,
	.read_unlock = leave_anyway,
	.write_lock = enter_anyway, .write_trylock = try_anyway,
	.write_unlock = leave_anyway, .downgrade = leave_anyway,
};

const struct rwsem_ops rwsem_that_prefers_readers = {
	.name = "prefers readers",
	.read_lock = read_past_the_queue, .read_trylock = try_past_the_queue,
	.read_unlock = rwsem_read_unlock,
	.write_lock = rwsem_write_lock_timeout,
	.write_trylock = rwsem_write_trylock,
	.write_unlock = rwsem_write_unlock, .downgrade = rwsem_downgrade,
};

const struct rwsem_ops rwsem_that_admits_one_reader = {
	.name = "admits one reader", .read_lock = rwsem_read_lock_timeout,
	.read_trylock = rwsem_read_trylock, .read_unlock = rwsem_read_unlock,
	.write_lock = rwsem_write_lock_timeout,
	.write_trylock = rwsem_write_trylock, .write_unlock = admit_one_reader,
	.downgrade = rwsem_downgrade,
};

const struct rwsem_ops rwsem_that_admits_nobody = {
	.name = "admits nobody", .read_lock = rwsem_read_lock_timeout,
	.read_trylock = rwsem_read_trylock, .read_unlock = rwsem_read_unlock,
	.write_lock = rwsem_write_lock_timeout,
	.write_trylock = rwsem_write_trylock, .write_unlock = admit_nobody,
	.downgrade = rwsem_downgrade,
};

const struct rwsem_ops rwsem_whose_writer_blocks_the_door = {
	.name = "writer blocks the door", .read_lock = rwsem_read_lock_timeout,
	.read_trylock = rwsem_read_trylock, .read_unlock = rwsem_read_unlock,
	.write_lock = block_the_door, .write_trylock = rwsem_write_trylock,
	.write_unlock = rwsem_write_unlock, .downgrade = rwsem_downgrade,
};

const struct rwsem_ops rwsem_that_downgrades_in_two_steps = {
	.name = "downgrades in two steps", .read_lock = rwsem_read_lock_timeout,
	.read_trylock = rwsem_read_trylock, .read_unlock = rwsem_read_unlock,
	.write_lock = rwsem_write_lock_timeout,
	.write_trylock = rwsem_write_trylock,
	.write_unlock = rwsem_write_unlock, .downgrade = unlock_then_lock,
};

const struct rwsem_ops rwsem_that_never_spins = {
	.name = "never spins", .read_lock = rwsem_read_lock_timeout,
	.read_trylock = rwsem_read_trylock, .read_unlock = rwsem_read_unlock,
	.write_lock = write_at_once, .write_trylock = rwsem_write_trylock,
	.write_unlock = rwsem_write_unlock, .downgrade = rwsem_downgrade,
};

const struct rwsem_ops rwsem_that_spins_for_a_sleeper = {
	.name = "spins for a sleeper", .read_lock = rwsem_read_lock_timeout,
	.read_trylock = rwsem_read_trylock, .read_unlock = rwsem_read_unlock,
	.write_lock = spin_for_sleeper, .write_trylock = rwsem_write_trylock,
	.write_unlock = rwsem_write_unlock, .downgrade = rwsem_downgrade,
};

const struct rwsem_ops rwsem_that_spins_past_the_queue = {
	.name = "spins past the queue", .read_lock = rwsem_read_lock_timeout,
	.read_trylock = rwsem_read_trylock, .read_unlock = rwsem_read_unlock,
	.write_lock = spin_past_the_queue, .write_trylock = rwsem_write_trylock,
	.write_unlock = rwsem_write_unlock, .downgrade = rwsem_downgrade,
};
