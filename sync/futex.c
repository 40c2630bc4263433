/*
 * sync/futex.c - find the bucket, sleep, and mind the clock.
 *
 * Invariant   A key's bucket is a function of the key, so waiter and waker meet
 *             in it.
 *             The word is read with the bucket locked.  If that fails, nothing
 *             has been done: the lock is given up, the memory is asked to bring
 *             the word, which may sleep, and all begins anew.
 *             Who gives up leaves the bucket, and what it finds then is its
 *             answer: woken, or timed out, never both.
 * Ordering    No edges of its own; see sync/futex_bucket.c.
 * References  Franke, Russell and Kirkwood, OLS 2002.  futex(2).  The hash:
 *             Knuth, The Art of Computer Programming 3, 6.4, multiplicative.
 */
#include "sync/futex.h"

#include "kernel/errno.h"
#include "sync/preempt.h"

#define KERNEL_BITS	6
#define GOLDEN		0x9e3779b97f4a7c15u

static struct futex_bucket kernel_buckets[1 << KERNEL_BITS];
static struct futex_table kernel_table = {
	.bits = KERNEL_BITS, .buckets = kernel_buckets,
};

static int kernel_load(const struct futex_space *space, uintptr_t address,
		       uint32_t *value)
{
	(void)space;
	/* relaxed: only compared; the lock orders what follows */
	*value = load_relaxed((struct atomic32 *)address);
	return 0;
}

static int kernel_fault(const struct futex_space *space, uintptr_t address)
{
	(void)space;
	(void)address;
	return -EFAULT;
}

const struct futex_space futex_kernel = {
	.load = kernel_load, .fault = kernel_fault, .table = &kernel_table,
};

static struct futex_bucket *bucket_of(struct futex_key key)
{
	const struct futex_table *table = key.space->table;
	uint64_t both = key.address / 4 ^ (uintptr_t)key.space << 16;
	uint64_t mixed = both * GOLDEN;

	return &table->buckets[table->bits ? mixed >> (64 - table->bits) : 0];
}

static void count_call(const struct futex_space *space)
{
	/* relaxed: a statistic */
	fetch_add_relaxed(&space->table->calls, 1);
}

static bool is_aligned(uintptr_t address)
{
	return address % sizeof(uint32_t) == 0;
}

/* Queued, or why not. */
static int join(struct futex_waiter *w, struct futex_key key, uint32_t value)
{
	int err;

	/* ends when the word is there, or will never be */
	do {
		err = futex_join(bucket_of(key), w, key, value);
	} while (err == -EFAULT && !key.space->fault(key.space, key.address));
	return err;
}

int futex_wait(const struct futex_space *space, uintptr_t address,
	       uint32_t value, uint64_t deadline_ns)
{
	struct futex_waiter w;
	int err;

	might_sleep();
	count_call(space);
	if (!is_aligned(address))
		return -EINVAL;
	err = join(&w, (struct futex_key){ space, address }, value);
	if (err)
		return err;
	/* ended by a waker, or by the clock */
	while (!futex_was_woken(&w) && !park_is_over(deadline_ns))
		park(deadline_ns);
	return futex_leave(&w) ? 0 : -ETIMEDOUT;
}

unsigned futex_wake(const struct futex_space *space, uintptr_t address,
		    unsigned n)
{
	struct futex_key key = { space, address };

	count_call(space);
	return futex_wake_some(bucket_of(key), key, n);
}

int futex_requeue(const struct futex_requeue *what)
{
	struct futex_key from = { what->space, what->from };
	struct futex_key to = { what->space, what->to };
	struct futex_move move = {
		.from = bucket_of(from), .to = bucket_of(to),
		.from_key = from, .to_key = to,
		.wake = what->wake, .move = what->move, .value = what->value,
	};
	int done;

	count_call(what->space);
	if (!is_aligned(what->from) || !is_aligned(what->to))
		return -EINVAL;
	/* ends when the word is there, or will never be */
	do {
		done = futex_wake_and_move(&move);
	} while (done == -EFAULT && !what->space->fault(what->space,
							what->from));
	return done;
}

uint64_t futex_calls(const struct futex_space *space)
{
	/* relaxed: a statistic */
	return load_relaxed(&space->table->calls);
}

unsigned futex_waiters(const struct futex_space *space, uintptr_t address)
{
	struct futex_key key = { space, address };

	return futex_count(bucket_of(key), key);
}

const struct futex_ops futex_ops = {
	.name = "futex",
	.wait = futex_wait,
	.wake = futex_wake,
	.requeue = futex_requeue,
};
