/*
 * tests/sync/test_futex.c - each line of sync/futex.h's Guarantees, with many
 * buckets and with one for all, and against the broken twins.
 */
#include "sync/futex.h"

#include "arch/cpu.h"
#include "kernel/errno.h"
#include "tests/sync/gang.h"
#include "tests/sync/twins_futex.h"

#define WAITERS		5
#define BITS		4
#define WORDS		(2 << BITS)	/* so that two of them differ */

static struct gang gang;
static const struct futex_ops *ops;
static struct atomic32 word[WORDS];
static struct futex_bucket buckets[1 << BITS];
static struct futex_table table;
static struct atomic32 turn, woken, late, refused, given;
static unsigned absent;			/* so many loads will fail */
static unsigned faults;			/* so many times were they mended */
static bool gone;			/* they cannot be mended */
static bool changes;			/* the word, just after a look at it */
static uint64_t patience;
static struct atomic32 order[GANG_MAX];

static int load(const struct futex_space *space, uintptr_t address,
		uint32_t *value)
{
	(void)space;
	*value = load_acquire((struct atomic32 *)address);
	if (changes) {
		store_release((struct atomic32 *)address, 1);
		store_release(&turn, 1);
	}
	return absent ? -EFAULT : 0;
}

static int fault(const struct futex_space *space, uintptr_t address)
{
	(void)space;
	(void)address;
	park(clock_ns() + 1);	/* it may sleep */
	absent -= !gone;
	faults++;
	return gone ? -EFAULT : 0;
}

static const struct futex_space space = {
	.load = load, .fault = fault, .table = &table,
};

static uintptr_t at(unsigned which)
{
	return (uintptr_t)&word[which];
}

static void begin(const struct futex_ops *which, unsigned bits)
{
	ops = which;
	for (unsigned i = 0; i < ARRAY_LEN(buckets); i++)
		buckets[i] = (struct futex_bucket){ .lock = SPINLOCK_INIT };
	table = (struct futex_table){ .bits = bits, .buckets = buckets };
	for (unsigned i = 0; i < WORDS; i++)
		store_release(&word[i], 0);
	absent = 0;
	faults = 0;
	gone = false;
	changes = false;
	patience = PARK_FOREVER;
	store_release(&turn, 0);
	store_release(&woken, 0);
	store_release(&late, 0);
	store_release(&refused, 0);
	store_release(&given, 0);
}

/* -------------------------------------------------------------- one by one */

TEST("sync/futex", test_wait_compares)
{
	begin(&futex_ops, BITS);
	check(t, futex_wait(&space, at(0), 1, PARK_FOREVER) == -EAGAIN);
	check(t, futex_wait(&space, at(0) + 2, 0, PARK_FOREVER) == -EINVAL);
	check(t, futex_wake(&space, at(0), 9) == 0);
	check(t, futex_calls(&space) == 3);
}

TEST("sync/futex", test_wait_brings_the_word_in)
{
	struct futex_requeue what = {
		.space = &space, .from = at(0), .to = at(1), .value = 1,
	};

	begin(&futex_ops, BITS);
	absent = 3;
	check(t, futex_wait(&space, at(0), 1, PARK_FOREVER) == -EAGAIN);
	check(t, faults == 3);
	absent = 2;
	check(t, futex_requeue(&what) == -EAGAIN);
	check(t, faults == 5);
	absent = 1;
	gone = true;
	check(t, futex_wait(&space, at(0), 0, PARK_FOREVER) == -EFAULT);
	check(t, futex_requeue(&what) == -EFAULT);
	check(t, futex_waiters(&space, at(0)) == 0);
	what.to++;
	check(t, futex_requeue(&what) == -EINVAL);
}

static bool leaves_nothing(struct test *t, const struct futex_ops *which)
{
	uint64_t deadline = clock_ns() + 2 * MS;
	bool ok;

	begin(which, BITS);
	check(t, ops->wait(&space, at(0), 0, deadline) == -ETIMEDOUT);
	check(t, clock_ns() >= deadline);
	ok = futex_waiters(&space, at(0)) == 0;
	if (!ok)
		test_note(t, "%s: timed out, and still there", ops->name);
	return ok;
}

TEST("sync/futex", test_time_out_leaves_nothing_behind)
{
	check(t, leaves_nothing(t, &futex_ops));
}

TEST("sync/futex", test_futex_that_leaves_a_ghost_is_caught)
{
	check(t, !leaves_nothing(t, &futex_that_leaves_a_ghost));
	check(t, !futex_ghost_buried());
}

/* ------------------------------------------------------------ wake and move */

/* Each waits once, for word 0. */
static void wait_once(struct gang_member *self)
{
	int err;

	gang_await_turn(self);
	err = ops->wait(&space, at(0), 0, patience == PARK_FOREVER ?
			PARK_FOREVER : clock_ns() + patience);
	if (!err)
		store_release(&order[fetch_add_acq_rel(&woken, 1)],
			      self->index);
	else if (err == -ETIMEDOUT)
		fetch_add_acq_rel(&late, 1);
	else
		fetch_add_acq_rel(&refused, 1);
}

struct waiters {
	unsigned word, n;
};

static bool so_many_wait(void *arg)
{
	const struct waiters *w = arg;

	return futex_waiters(&space, at(w->word)) == w->n;
}

static void queue_up(struct test *t, const struct futex_ops *which,
		     unsigned bits)
{
	begin(which, bits);
	gang_start(&gang, WAITERS, wait_once, t->seed);
	for (unsigned i = 0; i < WAITERS; i++) {
		gang_admit(&gang, i);
		check(t, wait_until_holds(so_many_wait, &(struct waiters){
				0, i + 1 }, PATIENT));
	}
}

static bool so_many_woken(void *n)
{
	return load_acquire(&woken) == *(unsigned *)n;
}

static bool wakes_its_own(struct test *t, const struct futex_ops *which,
			  unsigned bits)
{
	unsigned n = 0;
	bool ok;

	queue_up(t, which, bits);
	/* whoever waits for another word is not meant */
	ok = ops->wake(&space, at(1), 9) == 0;
	if (!ok)
		test_note(t, "%s: woke who waits for another word", ops->name);
	for (unsigned some = 1; ok && n + some <= WAITERS; some++) {
		check(t, ops->wake(&space, at(0), some) == some);
		n += some;
		check(t, wait_until_holds(so_many_woken, &n, PATIENT));
		check(t, futex_waiters(&space, at(0)) == WAITERS - n);
	}
	futex_wake(&space, at(0), WAITERS);
	check(t, gang_wait(&gang, PATIENT));
	/* those that were woken one by one, in order */
	check(t, !ok || load_acquire(&order[0]) == 0);
	return ok;
}

TEST("sync/futex", test_wakes_so_many_of_its_own)
{
	check(t, wakes_its_own(t, &futex_ops, BITS));
	check(t, wakes_its_own(t, &futex_ops, 0));
}

TEST("sync/futex", test_futex_that_wakes_by_bucket_is_caught)
{
	check(t, !wakes_its_own(t, &futex_that_wakes_by_bucket, 0));
}

/* From word to word, through every bucket; woken at the end, or in vain. */
static bool keeps_whom_it_moves(struct test *t, const struct futex_ops *which,
				unsigned bits)
{
	unsigned all = WAITERS;
	bool ok = true;

	queue_up(t, which, bits);
	for (unsigned i = 0; ok && i + 1 < WORDS; i++) {
		struct futex_requeue what = {
			.space = &space, .from = at(i), .to = at(i + 1),
			.wake = i == 3, .move = WAITERS,
		};

		ok = ops->requeue(&what) == (int)(i > 3 ? all - 1 : all);
		ok = ok && ops->wake(&space, at(i), 9) == 0;
	}
	ok = ok && ops->wake(&space, at(WORDS - 1), WAITERS) == all - 1;
	ok = ok && wait_until_holds(so_many_woken, &all, PATIENT);
	if (!ok)
		test_note(t, "%s: of those who were moved some are lost",
			  ops->name);
	for (unsigned b = 0; b < ARRAY_LEN(buckets); b++)
		for (unsigned i = 0; i < WORDS; i++)
			futex_wake_some(&buckets[b], (struct futex_key){
					&space, at(i) }, WAITERS);
	check(t, gang_wait(&gang, PATIENT));
	return ok;
}

TEST("sync/futex", test_requeue_loses_nobody)
{
	check(t, keeps_whom_it_moves(t, &futex_ops, BITS));
	check(t, keeps_whom_it_moves(t, &futex_ops, 0));
}

TEST("sync/futex", test_futex_that_loses_whom_it_moves_is_caught)
{
	check(t, !keeps_whom_it_moves(t, &futex_that_loses_whom_it_moves,
				      BITS));
}

static bool requeue_compares(struct test *t, const struct futex_ops *which)
{
	struct futex_requeue what = {
		.space = &space, .from = at(0), .to = at(1), .wake = 1,
		.move = WAITERS, .value = 7,
	};
	bool ok;

	queue_up(t, which, BITS);
	ok = ops->requeue(&what) == -EAGAIN &&
	     futex_waiters(&space, at(0)) == WAITERS;
	if (!ok)
		test_note(t, "%s: the word had changed, and they are moved",
			  ops->name);
	futex_wake(&space, at(0), WAITERS);
	futex_wake(&space, at(1), WAITERS);
	check(t, gang_wait(&gang, PATIENT));
	return ok;
}

TEST("sync/futex", test_requeue_compares)
{
	check(t, requeue_compares(t, &futex_ops));
}

TEST("sync/futex", test_futex_that_moves_without_a_look_is_caught)
{
	check(t, !requeue_compares(t, &futex_that_moves_without_a_look));
}

/* ---------------------------------------------------------------- at once */

/* The word is changed when it has been looked at, and then comes a wake-up. */
static void wait_for_change(struct gang_member *self)
{
	(void)self;
	while (!load_acquire(&word[0]))
		(void)!ops->wait(&space, at(0), 0, PARK_FOREVER);
}

static bool is_set(void *word_)
{
	return load_acquire((struct atomic32 *)word_);
}

static bool loses_no_wake_up(struct test *t, const struct futex_ops *which,
			     unsigned looks)
{
	bool ok = true;

	for (unsigned i = 0; ok && i < 40; i++) {
		begin(which, BITS);
		changes = true;
		gang_start(&gang, 1, wait_for_change, test_random(t));
		check(t, wait_until_holds(is_set, &turn, PATIENT));
		ops->wake(&space, at(0), 1);
		do {
			ok = gang_wait(&gang, looks);
		} while (!ok && !futex_waiters(&space, at(0)));
	}
	if (ok)
		return true;
	test_note(t, "%s: asleep, and the word has changed", ops->name);
	do {
		futex_wake(&space, at(0), 1);
	} while (!gang_wait(&gang, 5));
	return false;
}

TEST("sync/futex", test_loses_no_wake_up)
{
	check(t, loses_no_wake_up(t, &futex_ops, PATIENT));
}

TEST("sync/futex", test_futex_that_compares_outside_the_lock_is_caught)
{
	check(t, !loses_no_wake_up(t, &futex_that_compares_outside_the_lock,
				   IMPATIENT));
}

/* Wake-ups, moves, time-outs: as many waits are woken as wakes found one. */
static void do_anything(struct gang_member *self)
{
	for (unsigned i = 0; i < 150; i++) {
		unsigned a = gang_random(self) % WORDS;
		struct futex_requeue what = {
			.space = &space, .from = at(a),
			.to = at(gang_random(self) % WORDS), .move = 2,
		};

		switch (gang_random(self) % 4) {
		case 0:
			if (!ops->wait(&space, at(a), 0, gang_deadline(self, 0)))
				fetch_add_acq_rel(&woken, 1);
			break;
		case 1:
			(void)!ops->requeue(&what);
			break;
		default:
			fetch_add_acq_rel(&given,
					  ops->wake(&space, at(a), 2));
			break;
		}
		gang_step(self);
	}
}

static bool conserves(struct test *t, const struct futex_ops *which,
		      unsigned bits)
{
	uint32_t n, m;

	begin(which, bits);
	test_note(t, "seed 0x%lx", t->seed);
	gang_start(&gang, 10, do_anything, test_random(t));
	check(t, gang_wait(&gang, PATIENT));
	n = load_acquire(&given);
	m = load_acquire(&woken);
	if (n != m)
		test_note(t, "%s: %u were woken, %u know", ops->name, n, m);
	return n == m;
}

TEST("sync/futex", test_woken_or_timed_out_never_both_under_torture)
{
	check(t, conserves(t, &futex_ops, BITS));
	check(t, conserves(t, &futex_ops, 0));
	for (unsigned i = 0; i < WORDS; i++)
		check(t, futex_waiters(&space, at(i)) == 0);
}

/* The only waiter, with its bucket locked; or NULL, and it is not. */
static struct futex_waiter *catch_waiter(uint64_t *was)
{
	struct futex_bucket *b = &buckets[0];

	*was = spin_lock_irqsave(&b->lock);
	if (b->waiters.next && !list_empty(&b->waiters))
		return list_entry(b->waiters.next, struct futex_waiter, queued);
	spin_unlock_irqrestore(&b->lock, *was);
	return NULL;
}

/* It is woken after its deadline, before it could know. */
static bool reports_its_wake_up(struct test *t, const struct futex_ops *which)
{
	struct waiters one = { 0, 1 };
	uint64_t wait = 4 * MS, was, until;
	struct futex_waiter *w;

	/* until this machine is quick enough to see it there in time */
	for (;;) {
		begin(which, 0);
		patience = wait;
		gang_start(&gang, 1, wait_once, t->seed);
		(void)!wait_until_holds(so_many_wait, &one, 4);
		w = catch_waiter(&was);
		if (w)
			break;
		check(t, gang_wait(&gang, PATIENT));
		wait *= 2;
	}
	until = clock_ns() + wait;
	while (clock_ns() <= until)
		cpu_relax();
	list_remove(&w->queued);
	unpark(w->thread);
	spin_unlock_irqrestore(&buckets[0].lock, was);
	check(t, gang_wait(&gang, PATIENT));
	if (!load_acquire(&woken))
		test_note(t, "%s: woken, and it says timed out", ops->name);
	return load_acquire(&woken);
}

TEST("sync/futex", test_a_late_wake_up_is_a_wake_up)
{
	check(t, reports_its_wake_up(t, &futex_ops));
}

TEST("sync/futex", test_futex_that_swallows_a_wake_up_is_caught)
{
	check(t, !reports_its_wake_up(t, &futex_that_swallows_a_wake_up));
}
