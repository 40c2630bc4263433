/*
 * tests/sync/test_mpsc.c - a push that stands still in its middle, and the twin
 * that calls that empty.
 */
#include "sync/mpsc.h"

#include "kernel/errno.h"
#include "kernel/test.h"
#include "tests/sync/history.h"

static struct mpsc queue;
static struct mpsc_node node[5];

static void push(unsigned value)
{
	history_call(0, LINEAR_PUT, value);
	mpsc_push(&queue, &node[value]);
	history_answer(0, LINEAR_PUT, value, 1);
}

/* The first half of a push, by hand; the second is link_to(). */
static struct mpsc_node *exchange(unsigned value)
{
	store_release(&node[value].next, NULL);
	return xchg_acq_rel(&queue.last, &node[value]);
}

static void link_to(struct mpsc_node *before, unsigned value)
{
	store_release(&before->next, &node[value]);
}

/* What it answers; the value of the node, if one came. */
static int pop(unsigned *value)
{
	struct mpsc_node *popped = NULL;
	int result = mpsc_pop(&queue, &popped);

	*value = popped ? popped - node : 0;
	return result;
}

TEST("sync/mpsc", test_mpsc_says_that_somebody_is_in_the_middle)
{
	struct mpsc_node *before;
	unsigned value;

	mpsc_init(&queue);
	before = exchange(1);
	mpsc_push(&queue, &node[2]);
	check(t, pop(&value) == -EAGAIN);
	link_to(before, 1);
	check(t, pop(&value) == 0 && value == 1);
	before = exchange(3);
	/* 2 is the last that is linked: it cannot be let go yet */
	check(t, pop(&value) == -EAGAIN);
	link_to(before, 3);
	check(t, pop(&value) == 0 && value == 2);
	check(t, pop(&value) == 0 && value == 3);
	check(t, pop(&value) == -ENOENT);
}

TEST("sync/mpsc", test_mpsc_nodes_come_back_at_once)
{
	unsigned value;

	mpsc_init(&queue);
	for (unsigned i = 0; i < 100; i++) {
		mpsc_push(&queue, &node[1]);
		if (i % 3 == 0)
			mpsc_push(&queue, &node[2]);
		check(t, pop(&value) == 0 && value == 1);
		if (i % 3 == 0)
			check(t, pop(&value) == 0 && value == 2);
		check(t, pop(&value) == -ENOENT);
	}
}

/* Twin: in the middle is empty. */
TEST("sync/mpsc", test_mpsc_twin_that_says_empty_is_not_linearizable)
{
	struct linear_op ops[LINEAR_OPS];
	struct mpsc_node *before;
	unsigned value;
	int result;

	mpsc_init(&queue);
	history_begin();
	history_call(1, LINEAR_PUT, 1);
	before = exchange(1);
	push(2);
	history_call(2, LINEAR_TAKE, 0);
	result = pop(&value);
	check(t, result == -EAGAIN);
	history_answer(2, LINEAR_TAKE, 0, 0);
	link_to(before, 1);
	history_answer(1, LINEAR_PUT, 1, 1);
	check(t, linear_check(&linear_queue, ops, history_collect(ops))
	      == LINEAR_NO);
}
