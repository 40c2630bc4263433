/*
 * tests/arch/test_atomic.c - each operation does what its name says, in every
 * width, and is indivisible.
 *
 * Ordering    [A] each member's arrival -> the other's wait: a round begins
 *             only when both are there.
 *             [B] the bits' updates order nothing here; they are acq_rel since
 *             there is no weaker form.
 */
#include "arch/atomic.h"
#include "arch/cpu.h"
#include "kernel/test.h"
#include "tests/crew.h"

#define ROUNDS	20000

/* what every integer has */
#define COMMON_BODY(A, T, high) do { \
	struct A a = { 0 }; \
	T v, e; \
\
	store_relaxed(&a, (T)((high) | 5)); \
	check(t, load_relaxed(&a) == ((high) | 5)); \
	store_release(&a, (T)6); \
	check(t, load_acquire(&a) == 6); \
	v = 9; \
	check(t, xchg_relaxed(&a, v) == 6 && xchg_acquire(&a, v + 1) == 9); \
	check(t, xchg_release(&a, v + 2) == 10 \
	      && xchg_acq_rel(&a, v) == 11); \
	e = 8; \
	check(t, !cas_acq_rel(&a, &e, (T)1) && e == 9); \
	check(t, cas_acq_rel(&a, &e, (T)(high)) && load_relaxed(&a) == (high)); \
	e = (high); \
	check(t, cas_relaxed(&a, &e, (T)1)); \
	check(t, !cas_acquire(&a, &e, (T)2) && e == 1); \
	check(t, cas_release(&a, &e, (T)~0) && load_relaxed(&a) == (T)~0); \
} while (0)

/* one test body for a width that can add */
#define INTEGER_BODY(A, T, high) do { \
	struct A a = { (T)~0 }; \
\
	COMMON_BODY(A, T, high); \
	check(t, fetch_add_relaxed(&a, 2) == (T)~0); \
	check(t, fetch_add_acquire(&a, 3) == 1); \
	check(t, fetch_add_release(&a, (T)-4) == 4); \
	check(t, fetch_add_acq_rel(&a, (high)) == 0); \
	check(t, fetch_or_acq_rel(&a, 5) == (high)); \
	check(t, fetch_and_acq_rel(&a, ~(T)1) == ((high) | 5)); \
	check(t, load_relaxed(&a) == ((high) | 4)); \
	store_add_release(&a, (high)); \
	check(t, load_acquire(&a) == ((T)(2 * (T)(high)) | 4)); \
} while (0)

TEST("arch/atomic", test_atomic8_operations)
{
	COMMON_BODY(atomic8, uint8_t, 0x80);
}

TEST("arch/atomic", test_atomic16_operations)
{
	COMMON_BODY(atomic16, uint16_t, 0x8000);
}

union pair {
	struct atomic128 both;
	struct {
		struct atomic_ptr low;
		struct atomic64 high;
	};
};

TEST("arch/atomic", test_a_pair_is_compared_as_a_whole)
{
	union pair p = { .low = ATOMIC_PTR(NULL), .high = ATOMIC64(1) };
	struct word_pair e = { 0, 2 }, v = { 5, ~0ULL };

	check(t, !cas_acq_rel(&p.both, &e, v) && e.low == 0 && e.high == 1);
	e.low = 1;
	check(t, !cas_acq_rel(&p.both, &e, v) && e.low == 0 && e.high == 1);
	check(t, cas_acq_rel(&p.both, &e, v));
	check(t, load_acquire(&p.low) == (void *)5);
	check(t, load_acquire(&p.high) == ~0ULL);
}

union views {
	struct atomic32 word;
	struct atomic8 byte[4];
	struct atomic16 half[2];
};

TEST("arch/atomic", test_a_view_changes_its_own_bytes_only)
{
	union views v = { .word = ATOMIC32(0x11223344) };
	uint32_t e = 0x1122ff44;
	uint16_t h = 0x1122;

	store_release(&v.byte[1], 0xff);
	check(t, cas_acquire(&v.word, &e, 0x11223344));
	check(t, cas_acq_rel(&v.half[1], &h, 0x5566));
	check(t, load_acquire(&v.word) == 0x55663344);
	check(t, xchg_acq_rel(&v.byte[0], 0x77) == 0x44);
	check(t, xchg_acq_rel(&v.half[1], 0) == 0x5566);
	check(t, load_acquire(&v.word) == 0x3377);
}

TEST("arch/atomic", test_atomic32_operations)
{
	INTEGER_BODY(atomic32, uint32_t, 0x80000000u);
}

TEST("arch/atomic", test_atomic64_operations)
{
	INTEGER_BODY(atomic64, uint64_t, 0x8000000100000000u);
}

TEST("arch/atomic", test_atomic_ptr_operations)
{
	struct atomic_ptr p = ATOMIC_PTR(NULL);
	int a, b;
	void *e = &b;

	store_release(&p, &a);
	check(t, load_acquire(&p) == &a && load_relaxed(&p) == &a);
	check(t, xchg_acq_rel(&p, &b) == &a);
	check(t, cas_acq_rel(&p, &e, &a) && e == &b);
	check(t, !cas_acquire(&p, &e, &b) && e == &a);
	store_relaxed(&p, NULL);
	check(t, xchg_acquire(&p, &a) == NULL);
}

/*
 * Each of two members has a half of one word and stores and checks it alone,
 * and both swap the whole word for itself.  A swap that did not see the other's
 * latest store would undo it.
 */
static union views shared;
static struct atomic32 undone;

static void store_half(unsigned member)
{
	struct atomic16 *mine = &shared.half[member];

	for (unsigned i = 1; i < ROUNDS; i++) {
		uint32_t e;

		store_relaxed(mine, i);	/* relaxed: one word only, its bytes */
		e = load_relaxed(&shared.word);	/* relaxed: as above */
		cas_relaxed(&shared.word, &e, e);	/* relaxed: as above */
		/* relaxed: as above */
		if (load_relaxed(mine) != i)
			/* relaxed: read after the crew has ended */
			fetch_add_relaxed(&undone, 1);
	}
}

TEST("arch/atomic", test_a_swap_of_the_whole_keeps_stores_to_its_parts)
{
	if (crew_size() < 2) {
		test_skip(t, "needs two CPUs");
		return;
	}
	store_relaxed(&undone, 0);	/* relaxed: before the crew starts */
	crew_run(2, store_half);
	/* relaxed: the crew has been joined */
	check(t, load_relaxed(&undone) == 0);
}

static struct atomic64 sum, bits, swapped;

static void add_and_swap(unsigned member)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t e;

		/* relaxed: the sums are read after the crew has ended */
		fetch_add_relaxed(&sum, 1);
		e = load_relaxed(&swapped);	/* relaxed: as above */
		while (!cas_relaxed(&swapped, &e, e + 1)) /* relaxed: as above */
			;
		fetch_or_acq_rel(&bits, 1UL << member);	/* [B] */
		fetch_and_acq_rel(&bits, ~(1UL << member));	/* [B] */
	}
	fetch_or_acq_rel(&bits, 1UL << member);	/* [B] */
}

TEST("arch/atomic", test_atomic_updates_are_never_lost)
{
	unsigned n = crew_size();

	store_relaxed(&sum, 0);		/* relaxed: before the crew starts */
	store_relaxed(&swapped, 0);	/* relaxed: as above */
	store_relaxed(&bits, 0);	/* relaxed: as above */
	crew_run(n, add_and_swap);
	/* relaxed: the crew has been joined */
	check(t, load_relaxed(&sum) == (uint64_t)n * ROUNDS);
	check(t, load_relaxed(&swapped) == (uint64_t)n * ROUNDS);
	check(t, load_relaxed(&bits) == (n < 64 ? (1UL << n) - 1 : ~0UL));
}

/*
 * Store buffering, many times over: each member stores its word, fences, and
 * loads the other's.  Both members missing the other's store is what a full
 * fence forbids and x86 without one shows.  A round's words are its own, so no
 * reset has to be ordered; the members meet before each round.
 */
#define SB_ROUNDS	4000

static struct atomic32 word[2][SB_ROUNDS];
static uint8_t saw[2][SB_ROUNDS];
static struct atomic32 arrived;

static void store_fence_load(unsigned member)
{
	for (unsigned i = 0; i < SB_ROUNDS; i++) {
		fetch_add_acq_rel(&arrived, 1);		/* [A] */
		while (load_acquire(&arrived) < 2 * (i + 1))	/* [A] */
			cpu_relax();
		/* relaxed: the fence is what is being tested */
		store_relaxed(&word[member][i], 1);
		fence_seq_cst();	/* pairs with itself on the other CPU */
		/* relaxed: as above */
		saw[member][i] = load_relaxed(&word[!member][i]);
	}
}

TEST("arch/atomic", test_fence_seq_cst_orders_a_store_before_a_load)
{
	unsigned both_missed = 0;

	if (crew_size() < 2) {
		test_skip(t, "needs two CPUs");
		return;
	}
	store_relaxed(&arrived, 0);	/* relaxed: before the crew starts */
	for (unsigned i = 0; i < SB_ROUNDS; i++) {
		store_relaxed(&word[0][i], 0);	/* relaxed: as above */
		store_relaxed(&word[1][i], 0);	/* relaxed: as above */
	}
	crew_run(2, store_fence_load);
	for (unsigned i = 0; i < SB_ROUNDS; i++)
		both_missed += !saw[0][i] && !saw[1][i];
	check(t, both_missed == 0);
}
