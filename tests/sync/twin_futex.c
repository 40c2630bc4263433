/*
 * tests/sync/twin_futex.c - broken futexes.
 */
#include "kernel/errno.h"
#include "tests/sync/twins_futex.h"

/* As sync/futex.c has it, where a table has one bucket or 2^bits. */
static struct futex_bucket *bucket_of(struct futex_key key)
{
	const struct futex_table *table = key.space->table;
	uint64_t mixed = (key.address / 4 ^ (uintptr_t)key.space << 16) *
			 0x9e3779b97f4a7c15u;

	return &table->buckets[table->bits ? mixed >> (64 - table->bits) : 0];
}

static bool sleep(struct futex_waiter *w, uint64_t deadline_ns)
{
	while (!futex_was_woken(w) && clock_ns() < deadline_ns)
		park(deadline_ns);
	return futex_was_woken(w);
}

static uint32_t value_of(const struct futex_space *space, uintptr_t address)
{
	uint32_t value = 0;

	(void)space->load(space, address, &value);
	return value;
}

/* A look, a while, and then into the bucket, whatever the word is by then. */
static int look_then_join(const struct futex_space *space, uintptr_t address,
			  uint32_t value, uint64_t deadline_ns)
{
	struct futex_key key = { space, address };
	struct futex_waiter w;
	int err;

	if (value_of(space, address) != value)
		return -EAGAIN;
	/* long enough for a wake-up to be over */
	for (uint64_t until = clock_ns() + 5000000; clock_ns() < until; )
		park(until);
	do {
		err = futex_join(bucket_of(key), &w, key,
				 value_of(space, address));
	} while (err);
	(void)sleep(&w, deadline_ns);
	return futex_leave(&w) ? 0 : -ETIMEDOUT;
}

/* It was woken at the last moment, and says "too late". */
static int swallow(const struct futex_space *space, uintptr_t address,
		   uint32_t value, uint64_t deadline_ns)
{
	int err = futex_wait(space, address, value, deadline_ns);

	return !err && clock_ns() >= deadline_ns ? -ETIMEDOUT : err;
}

static struct futex_waiter ghost;

static int leave_a_ghost(const struct futex_space *space, uintptr_t address,
			 uint32_t value, uint64_t deadline_ns)
{
	struct futex_key key = { space, address };
	int err = futex_join(bucket_of(key), &ghost, key, value);

	if (err)
		return err;
	return sleep(&ghost, deadline_ns) ? 0 : -ETIMEDOUT;
}

bool futex_ghost_buried(void)
{
	return futex_leave(&ghost);
}

static unsigned wake_by_bucket(const struct futex_space *space,
			       uintptr_t address, unsigned n)
{
	struct futex_key key = { space, address };
	struct futex_bucket *b = bucket_of(key);
	unsigned woken = 0;

	/* whoever is the first in there */
	while (woken < n) {
		uint64_t was = spin_lock_irqsave(&b->lock);
		bool none = !b->waiters.next || list_empty(&b->waiters);

		if (!none)
			key = list_entry(b->waiters.next, struct futex_waiter,
					 queued)->key;
		spin_unlock_irqrestore(&b->lock, was);
		if (none)
			break;
		woken += futex_wake_some(b, key, 1);
	}
	return woken;
}

static struct futex_move move_of(const struct futex_requeue *what)
{
	struct futex_key from = { what->space, what->from };
	struct futex_key to = { what->space, what->to };

	return (struct futex_move){
		.from = bucket_of(from), .to = bucket_of(to),
		.from_key = from, .to_key = to, .wake = what->wake,
		.move = what->move, .value = what->value,
	};
}

/* It gives them the new key, and leaves them in the old bucket. */
static int move_by_half(const struct futex_requeue *what)
{
	struct futex_move move = move_of(what);

	move.to = move.from;
	return futex_wake_and_move(&move);
}

static int move_anyway(const struct futex_requeue *what)
{
	struct futex_move move = move_of(what);
	int done;

	do {
		move.value = value_of(what->space, what->from);
		done = futex_wake_and_move(&move);
	} while (done == -EAGAIN);
	return done;
}

#define TWIN(name_, wait_, wake_, requeue_) \
const struct futex_ops futex_that_##name_ = { \
	.name = #name_, .wait = wait_, .wake = wake_, .requeue = requeue_, \
};

TWIN(compares_outside_the_lock, look_then_join, futex_wake, futex_requeue)
TWIN(swallows_a_wake_up, swallow, futex_wake, futex_requeue)
TWIN(leaves_a_ghost, leave_a_ghost, futex_wake, futex_requeue)
TWIN(wakes_by_bucket, futex_wait, wake_by_bucket, futex_requeue)
TWIN(loses_whom_it_moves, futex_wait, futex_wake, move_by_half)
TWIN(moves_without_a_look, futex_wait, futex_wake, move_anyway)
