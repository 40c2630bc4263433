/*
 * tests/sync/test_treiber_tagged.c - the play of tests/sync/test_treiber.c,
 * with nodes that come back at once and a tag that tells.
 */
#include "sync/treiber_tagged.h"

#include "kernel/test.h"

static struct treiber_tagged stack;
static struct treiber_tagged_node a, b, c;

static struct word_pair seen(void)
{
	return (struct word_pair){
		(uintptr_t)load_acquire(&stack.top), load_acquire(&stack.tag),
	};
}

static void begin(void)
{
	treiber_tagged_init(&stack);
	treiber_tagged_push(&stack, &b);
	treiber_tagged_push(&stack, &a);
}

TEST("sync/treiber_tagged", test_treiber_tagged_notices_aba)
{
	struct word_pair slow, after;

	begin();
	slow = seen();
	check(t, treiber_tagged_pop(&stack) == &a);
	check(t, treiber_tagged_pop(&stack) == &b);
	treiber_tagged_push(&stack, &a);
	check(t, seen().low == slow.low);
	after = (struct word_pair){ (uintptr_t)&b, slow.high + 1 };
	check(t, !cas_acq_rel(&stack.both, &slow, after));
	check(t, treiber_tagged_pop(&stack) == &a);
	check(t, treiber_tagged_pop(&stack) == NULL);
}

TEST("sync/treiber_tagged", test_treiber_tagged_counts_every_pop)
{
	uint64_t before;

	begin();
	before = seen().high;
	for (unsigned i = 0; i < 10; i++)
		treiber_tagged_push(&stack, treiber_tagged_pop(&stack));
	check(t, seen().high == before + 10);
}

TEST("sync/treiber_tagged", test_treiber_tagged_tag_wraps)
{
	begin();
	store_relaxed(&stack.tag, UINT64_MAX);	/* relaxed: we are alone */
	check(t, treiber_tagged_pop(&stack) == &a);
	check(t, seen().high == 0);
	treiber_tagged_push(&stack, &a);
	check(t, treiber_tagged_pop(&stack) == &a);
	check(t, treiber_tagged_pop(&stack) == &b);
}

/* Twin: the tag is there, and pop forgets to change it. */
TEST("sync/treiber_tagged", test_treiber_tagged_whose_pop_keeps_the_tag)
{
	struct word_pair slow, was, after;

	begin();
	slow = seen();
	/* pop A, pop B, push A, none of which changes the tag */
	for (unsigned i = 0; i < 3; i++) {
		void *to[] = { &b, NULL, &a };

		was = seen();
		after = (struct word_pair){ (uintptr_t)to[i], was.high };
		check(t, cas_acq_rel(&stack.both, &was, after));
	}
	after = (struct word_pair){ (uintptr_t)&b, slow.high };
	check(t, cas_acq_rel(&stack.both, &slow, after));
	/* what the others hold is on top */
	check(t, treiber_tagged_pop(&stack) == &b);
}

/* Twin: a pop that reads the pointer first, and the tag then. */
TEST("sync/treiber_tagged", test_treiber_tagged_read_in_the_wrong_order)
{
	struct word_pair slow, after;

	begin();
	slow.low = seen().low;
	check(t, treiber_tagged_pop(&stack) == &a);
	slow.high = seen().high;
	after = (struct word_pair){
		/* A's next, as it was when A was in the stack */
		(uintptr_t)load_acquire(&a.next), slow.high + 1,
	};
	treiber_tagged_push(&stack, &c);
	treiber_tagged_push(&stack, &a);
	check(t, cas_acq_rel(&stack.both, &slow, after));
	/* C, which nobody popped, is gone */
	check(t, treiber_tagged_pop(&stack) == &b);
	check(t, treiber_tagged_pop(&stack) == NULL);
}
