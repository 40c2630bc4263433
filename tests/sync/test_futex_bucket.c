/*
 * tests/sync/test_futex_bucket.c - each line of sync/futex_bucket.h's
 * Guarantees.  One thread may stand in line as often as it likes: so all but
 * the last case needs nobody else.
 */
#include "sync/futex_bucket.h"

#include "arch/cpu.h"
#include "kernel/errno.h"
#include "tests/sync/gang.h"

#define WAITERS		4
#define ROUNDS		300

static struct atomic32 word[2];
static struct futex_bucket bucket[2];
static struct futex_waiter w[WAITERS];
static bool broken;		/* the words cannot be read */

static int load(const struct futex_space *space, uintptr_t address,
		uint32_t *value)
{
	(void)space;
	*value = load_acquire((struct atomic32 *)address);
	return broken ? -EFAULT : 0;
}

static const struct futex_space space = { .load = load }, other;

static struct futex_key key(unsigned which)
{
	return (struct futex_key){ &space, (uintptr_t)&word[which] };
}

static void begin(void)
{
	for (unsigned i = 0; i < 2; i++) {
		bucket[i] = (struct futex_bucket){ .lock = SPINLOCK_INIT };
		store_release(&word[i], 5 + i);
	}
	broken = false;
}

/* All of w, in bucket 0, for word 0. */
static void queue_up(struct test *t)
{
	begin();
	for (unsigned i = 0; i < WAITERS; i++)
		check(t, !futex_join(&bucket[0], &w[i], key(0), 5));
	check(t, futex_count(&bucket[0], key(0)) == WAITERS);
}

/* Who was woken, a bit for each; and everybody leaves. */
static unsigned leave(void)
{
	unsigned woken = 0;

	for (unsigned i = 0; i < WAITERS; i++)
		woken |= futex_leave(&w[i]) << i;
	return woken;
}

static bool all_empty(void)
{
	bool empty = true;

	for (unsigned b = 0; b < 2; b++)
		for (unsigned k = 0; k < 2; k++)
			empty &= !futex_count(&bucket[b], key(k));
	return empty;
}

TEST("sync/futex_bucket", test_join_compares)
{
	begin();
	check(t, futex_join(&bucket[0], &w[0], key(0), 4) == -EAGAIN);
	check(t, all_empty());
	broken = true;
	check(t, futex_join(&bucket[0], &w[0], key(0), 5) == -EFAULT);
	check(t, all_empty());
	broken = false;
	check(t, !futex_join(&bucket[0], &w[0], key(0), 5));
	check(t, !futex_was_woken(&w[0]));
	check(t, !futex_leave(&w[0]));
	check(t, all_empty());
}

TEST("sync/futex_bucket", test_wakes_so_many_in_order)
{
	queue_up(t);
	check(t, futex_wake_some(&bucket[0], key(0), 0) == 0);
	check(t, futex_wake_some(&bucket[0], key(0), 2) == 2);
	check(t, futex_was_woken(&w[1]));
	check(t, !futex_was_woken(&w[2]));
	check(t, futex_wake_some(&bucket[0], key(0), 1) == 1);
	check(t, leave() == 7);
	check(t, futex_wake_some(&bucket[0], key(0), 9) == 0);
	check(t, all_empty());
}

TEST("sync/futex_bucket", test_wakes_by_key)
{
	struct futex_key foreign = { &other, key(0).address };

	begin();
	for (unsigned i = 0; i < WAITERS; i++)
		check(t, !futex_join(&bucket[0], &w[i], key(i % 2), 5 + i % 2));
	check(t, futex_wake_some(&bucket[0], foreign, 9) == 0);
	check(t, futex_wake_some(&bucket[0], key(1), 9) == 2);
	check(t, leave() == (2 | 8));
	check(t, all_empty());
}

static struct futex_move moves(unsigned to, unsigned wake, unsigned move)
{
	return (struct futex_move){
		.from = &bucket[0], .to = &bucket[to], .from_key = key(0),
		.to_key = key(1), .wake = wake, .move = move, .value = 5,
	};
}

/* Into the same bucket, into another, and from the higher to the lower. */
TEST("sync/futex_bucket", test_moves)
{
	for (unsigned to = 0; to < 2; to++) {
		struct futex_move one_two = moves(to, 1, 2);

		queue_up(t);
		check(t, futex_wake_and_move(&one_two) == 3);
		check(t, futex_count(&bucket[to], key(1)) == 2);
		check(t, futex_count(&bucket[0], key(0)) == 1);
		check(t, load_acquire(&w[1].bucket) == &bucket[to]);
		/* the moved are found where they are, and in order */
		check(t, futex_wake_some(&bucket[to], key(1), 1) == 1);
		check(t, futex_was_woken(&w[1]));
		check(t, !futex_was_woken(&w[2]));
		check(t, leave() == 3);
		check(t, all_empty());
	}
}

TEST("sync/futex_bucket", test_moves_behind_who_was_there)
{
	struct futex_move all = moves(1, 0, UINT32_MAX);
	struct futex_move back = {
		.from = &bucket[1], .to = &bucket[0], .from_key = key(1),
		.to_key = key(0), .move = UINT32_MAX, .value = 6,
	};

	begin();
	check(t, !futex_join(&bucket[1], &w[0], key(1), 6));
	for (unsigned i = 1; i < WAITERS; i++)
		check(t, !futex_join(&bucket[0], &w[i], key(0), 5));
	check(t, futex_wake_and_move(&all) == WAITERS - 1);
	check(t, futex_wake_some(&bucket[1], key(1), 2) == 2);
	check(t, futex_wake_and_move(&back) == 2);
	check(t, futex_count(&bucket[0], key(0)) == 2);
	check(t, leave() == 3);
	check(t, all_empty());
}

/* In one bucket each is looked at once, though it goes to the end. */
TEST("sync/futex_bucket", test_moves_onto_itself)
{
	struct futex_move self = moves(0, 1, UINT32_MAX);

	self.to_key = key(0);
	queue_up(t);
	check(t, futex_wake_and_move(&self) == WAITERS);
	check(t, futex_count(&bucket[0], key(0)) == WAITERS - 1);
	check(t, leave() == 1);
	check(t, all_empty());
}

TEST("sync/futex_bucket", test_a_move_compares)
{
	struct futex_move all = moves(1, 1, 9);

	queue_up(t);
	all.value = 6;
	check(t, futex_wake_and_move(&all) == -EAGAIN);
	broken = true;
	check(t, futex_wake_and_move(&all) == -EFAULT);
	broken = false;
	check(t, futex_count(&bucket[0], key(0)) == WAITERS);
	check(t, leave() == 0);
	check(t, all_empty());
}

/* ------------------------------------------------------- all of it at once */

#define CREW	6
#define SPINS	(1 << 18)	/* for somebody who runs elsewhere, or not */

static struct gang gang;
static struct atomic32 given, got, gate, ready;

static void leave_late(struct gang_member *self)
{
	(void)self;
	store_release(&ready, 1);
	while (!load_acquire(&gate))
		cpu_relax();
	store_release(&got, 1 + futex_leave(&w[0]));
}

/* Somebody has queued for lock, since it was last.  Or has returned. */
static bool asked_for(struct spinlock *lock, uintptr_t last)
{
	unsigned spins = 0;

	while (spin_last(lock) == last && !load_acquire(&got) &&
	       spins < SPINS) {
		cpu_relax();
		spins++;
	}
	return spin_last(lock) != last;
}

static bool is_set(void *word_)
{
	return load_acquire((struct atomic32 *)word_);
}

/* With both locked, while its thread waits for the first.  False: it did not */
static bool move_under_its_hands(struct test *t)
{
	uintptr_t last;
	bool came;

	spin_lock(&bucket[1].lock);
	spin_lock(&bucket[0].lock);
	last = spin_last(&bucket[0].lock);
	store_release(&gate, 1);
	came = asked_for(&bucket[0].lock, last);
	list_remove(&w[0].queued);
	list_push_back(&bucket[1].waiters, &w[0].queued);
	w[0].key = key(1);
	store_release(&w[0].bucket, &bucket[1]);
	last = spin_last(&bucket[1].lock);
	spin_unlock(&bucket[0].lock);
	if (came) {
		came = asked_for(&bucket[1].lock, last);
		check(t, !load_acquire(&got));
	}
	spin_unlock(&bucket[1].lock);
	return came;
}

/* It waits for the lock of its bucket, and is moved to another meanwhile. */
TEST("sync/futex_bucket", test_who_leaves_finds_where_it_was_moved_to)
{
	bool came = false;

	if (cpumask_count(&cpus_online) == 1) {
		test_skip(t, "one CPU has nobody who waits for a spin lock");
		return;
	}
	for (unsigned i = 0; i < 20 && !came; i++) {
		begin();
		store_release(&got, 0);
		store_release(&gate, 0);
		store_release(&ready, 0);
		futex_count(&bucket[1], key(1));	/* makes its list */
		check(t, !futex_join(&bucket[0], &w[0], key(0), 5));
		gang_start(&gang, 1, leave_late, t->seed);
		check(t, wait_until_holds(is_set, &ready, PATIENT));
		came = move_under_its_hands(t);
		check(t, gang_wait(&gang, PATIENT));
		check(t, load_acquire(&got) == 1);
		check(t, all_empty());
	}
	if (!came)
		test_skip(t, "nobody came while the locks were held");
}

static void give(struct gang_member *self)
{
	unsigned from = gang_random(self) % 2;
	struct futex_move move = {
		.from = &bucket[from], .to = &bucket[!from],
		.from_key = key(from), .to_key = key(!from),
		.move = gang_random(self) % 3, .value = 5 + from,
	};

	if (gang_random(self) % 2)
		fetch_add_acq_rel(&given, futex_wake_some(&bucket[from],
							  key(from), 1));
	else
		(void)!futex_wake_and_move(&move);
}

static void take(struct gang_member *self)
{
	unsigned from = gang_random(self) % 2;
	struct futex_waiter mine;

	if (futex_join(&bucket[from], &mine, key(from), 5 + from))
		return;
	if (gang_random(self) % 2)
		park(clock_ns() + gang_random(self) % (50 * US));
	if (futex_leave(&mine))
		fetch_add_acq_rel(&got, 1);
}

static void give_and_take(struct gang_member *self)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		give(self);
		take(self);
		gang_step(self);
	}
}

/* Each wake-up that was given is one that was got. */
TEST("sync/futex_bucket", test_torture_neither_loses_nor_doubles_a_wake_up)
{
	begin();
	store_release(&given, 0);
	store_release(&got, 0);
	test_note(t, "seed 0x%lx", t->seed);
	gang_start(&gang, CREW, give_and_take, t->seed);
	check(t, gang_wait(&gang, PATIENT));
	check(t, load_acquire(&given) == load_acquire(&got));
	check(t, all_empty());
}
