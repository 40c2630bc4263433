/*
 * tests/sync/test_counted.c - a node is freed once, when nobody holds it.
 *
 * Members that stand still are played by hand; the twins are Valois' two words
 * for a count, and a link that does not count.  Then a crowd swaps nodes that
 * say who made them.
 */
#include "sync/counted.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "tests/sync/gang.h"
#include "tests/sync/quarantine.h"

struct node {
	struct counted counted;
	uint64_t stamp, twice;
};

static struct counted_pool pool;
static struct atomic_ptr place[4];	/* links of no node */

static void begin(void)
{
	quarantine_begin();
	counted_init(&pool, sizeof(struct node), quarantine_alloc,
		     quarantine_free);
	for (unsigned i = 0; i < ARRAY_LEN(place); i++)
		store_release(&place[i], NULL);
}

static void end(struct test *t)
{
	for (unsigned i = 0; i < ARRAY_LEN(place); i++)
		counted_set(&pool, &place[i], NULL);
	check(t, counted_in_use(&pool) == 0);
	counted_destroy(&pool);
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
}

static struct node *make(uint64_t stamp)
{
	struct node *node = counted_alloc(&pool);

	if (node) {
		node->stamp = stamp;
		node->twice = 2 * stamp;
	}
	return node;
}

/* Made, and put there: the place has the only reference. */
static struct node *put(unsigned at, uint64_t stamp)
{
	struct node *node = make(stamp);

	counted_set(&pool, &place[at], node);
	counted_release(&pool, node);
	return node;
}

static uint32_t refs(struct node *node)
{
	return load_acquire(&node->counted.refs);
}

TEST("sync/counted", test_counted_stays_while_it_is_held)
{
	struct node *node, *held;

	begin();
	node = put(0, 7);
	check(t, refs(node) == COUNTED_ONE && counted_in_use(&pool) == 1);
	held = counted_read(&pool, &place[0]);
	check(t, held == node && refs(node) == 2 * COUNTED_ONE);
	counted_set(&pool, &place[0], NULL);
	check(t, counted_in_use(&pool) == 1 && node->stamp == 7);
	check(t, counted_read(&pool, &place[0]) == NULL);
	counted_release(&pool, held);
	check(t, counted_in_use(&pool) == 0 && refs(node) == COUNTED_FREE);
	end(t);
}

TEST("sync/counted", test_counted_what_is_held_keeps_what_it_links_to)
{
	struct node *first, *held;

	begin();
	first = put(0, 1);
	for (uint64_t stamp = 2; stamp < 40; stamp++) {
		struct node *node = make(stamp);

		counted_set(&pool, &node->counted.link[0],
			    load_acquire(&place[0]));
		counted_set(&pool, &place[0], node);
		counted_release(&pool, node);
	}
	check(t, counted_in_use(&pool) == 39);
	held = counted_read(&pool, &place[0]);
	counted_set(&pool, &place[0], NULL);
	check(t, counted_in_use(&pool) == 39 && refs(first) == COUNTED_ONE);
	/* the last reference of one takes that of the next, and so on */
	counted_release(&pool, held);
	check(t, counted_in_use(&pool) == 0 && refs(first) == COUNTED_FREE);
	end(t);
}

TEST("sync/counted", test_counted_swap_moves_the_references)
{
	struct node *a, *b;

	begin();
	a = put(0, 1);
	b = put(1, 2);
	counted_hold(a);
	counted_hold(b);
	check(t, !counted_swap(&pool, &place[0], b, a));
	check(t, refs(a) == 2 * COUNTED_ONE && refs(b) == 2 * COUNTED_ONE);
	check(t, counted_swap(&pool, &place[0], a, b));
	check(t, refs(a) == COUNTED_ONE && refs(b) == 3 * COUNTED_ONE);
	counted_release(&pool, a);
	counted_release(&pool, b);
	check(t, refs(a) == COUNTED_FREE);
	end(t);
}

/* A reader has read the link, and raises the count of what is free by now. */
TEST("sync/counted", test_counted_a_late_reader_frees_nothing_twice)
{
	struct node *node, *again, *other;

	begin();
	node = put(0, 1);
	counted_set(&pool, &place[0], NULL);
	fetch_add_acq_rel(&node->counted.refs, COUNTED_ONE);
	/* it is handed out while the reader is there, who then lets it go */
	again = make(2);
	check(t, again == node && refs(node) == 2 * COUNTED_ONE);
	counted_release(&pool, node);
	check(t, counted_in_use(&pool) == 1 && again->stamp == 2);
	other = make(3);
	check(t, other != again);
	counted_release(&pool, other);
	counted_release(&pool, again);
	/* or he is the last to let it go: then it is he who frees it */
	again = make(4);
	fetch_add_acq_rel(&again->counted.refs, COUNTED_ONE);
	counted_release(&pool, again);
	check(t, counted_in_use(&pool) == 1);
	counted_release(&pool, again);
	check(t, counted_in_use(&pool) == 0);
	end(t);
}

static void *no_memory(size_t size)
{
	(void)size;
	return NULL;
}

TEST("sync/counted", test_counted_says_when_there_is_no_memory)
{
	struct counted_pool none;

	counted_init(&none, sizeof(struct node), no_memory,
		     quarantine_free);
	check(t, counted_alloc(&none) == NULL);
	counted_destroy(&none);
}

/* ----------------------------------------------------------------- twins */

/*
 * Twin: Valois' own.  The count is lowered, and who made it 0 claims the node
 * by another word.  A, who has lowered it, stands still before he claims; a late
 * reader comes and goes, and claims it first.  It is handed out again, which
 * takes the claim back; and now A goes on.
 */
static struct {
	struct atomic32 count, claim;
	unsigned freed;
} two;

static bool two_lower(void)
{
	return fetch_add_acq_rel(&two.count, -1) == 1;
}

static void two_claim_and_free(void)
{
	if (xchg_acq_rel(&two.claim, 1) == 0)
		two.freed++;
}

TEST("sync/counted", test_counted_twin_with_two_words_frees_what_is_in_use)
{
	bool a_was_last;

	store_release(&two.count, 1);
	store_release(&two.claim, 0);
	two.freed = 0;
	a_was_last = two_lower();
	fetch_add_acq_rel(&two.count, 1);	/* the late reader */
	if (two_lower())
		two_claim_and_free();
	check(t, two.freed == 1);
	store_release(&two.count, 1);		/* handed out again */
	store_release(&two.claim, 0);
	if (a_was_last)
		two_claim_and_free();
	check(t, two.freed == 2 && load_acquire(&two.count) == 1);
}

/* Twin: a link that does not count what it names. */
TEST("sync/counted", test_counted_twin_whose_link_does_not_count_is_caught)
{
	struct node *a, *b;
	void *expected;

	begin();
	a = put(0, 1);
	b = make(2);
	counted_hold(a);
	expected = a;
	check(t, cas_acq_rel(&place[0], &expected, b));	/* and no more */
	counted_release(&pool, a);
	counted_release(&pool, b);
	/* b is free, and linked; a is not linked, and not free */
	check(t, load_acquire(&place[0]) == b && refs(b) == COUNTED_FREE);
	check(t, refs(a) == COUNTED_ONE);
	store_release(&place[0], NULL);
	counted_release(&pool, a);
	end(t);
}

/* --------------------------------------------------------------- torture */

#define CROWD	6
#define ROUNDS	400

static struct atomic32 torn;
static struct gang gang;

static void read_or_swap(struct gang_member *m)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned at = gang_random(m) % ARRAY_LEN(place);
		struct node *old = counted_read(&pool, &place[at]);
		bool bad = !old || old->twice != 2 * old->stamp;

		cpu_delay(gang_random(m) % 16);
		if (old && gang_random(m) % 2) {
			struct node *now = make(gang_random(m));

			/* to what was there, or to nothing: no ring */
			(void)!counted_swap(&pool, &place[at], old, now);
			counted_release(&pool, now);
		}
		bad |= old && old->twice != 2 * old->stamp;
		if (old)
			counted_release(&pool, old);
		fetch_add_relaxed(&torn, bad);	/* relaxed: a count */
		gang_step(m);
		if (i % 16 == 0)
			gang_chaos(m);
	}
}

TEST("sync/counted", test_counted_what_is_held_is_not_used_again)
{
	begin();
	/* relaxed: nobody else is there */
	store_relaxed(&torn, 0);
	for (unsigned i = 0; i < ARRAY_LEN(place); i++)
		put(i, i);
	gang_start(&gang, CROWD, read_or_swap, test_random(t));
	check(t, gang_wait(&gang, PATIENT));
	check(t, load_acquire(&torn) == 0);
	check(t, counted_in_use(&pool) == ARRAY_LEN(place));
	end(t);
}
