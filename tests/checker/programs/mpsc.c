/*
 * tests/checker/programs/mpsc.c - two push, one pops.
 */
#include "sync/mpsc.h"

#include "kernel/errno.h"
#include "tests/checker/checker.h"

static struct mpsc queue;
static struct box {
	struct mpsc_node node;
	unsigned value;
} box[3];
static struct atomic32 done;	/* pushes that have returned */
static unsigned taken[3];

static void push(void *arg)
{
	struct box *b = arg;

	b->value = b - box;
	/* it was in a queue before: who reads this reads too early */
	store_relaxed(&b->node.next, &box[0].node);
	mpsc_push(&queue, &b->node);
	fetch_add_release(&done, 1);
}

/* Empty is a lie if more were pushed, and had returned, than were taken. */
static int pop(void)
{
	struct mpsc_node *node;
	unsigned pushed = load_acquire(&done);
	int result = mpsc_pop(&queue, &node);

	if (result == -ENOENT)
		assert(pushed <= taken[1] + taken[2]);
	if (result == 0)
		assert(!taken[container_of(node, struct box, node)->value]++);
	return result;
}

static void pop_twice(void *unused)
{
	(void)unused;
	(void)pop();
	(void)pop();
}

static void nothing_is_lost(void)
{
	while (pop() == 0)
		;
	assert(taken[1] == 1 && taken[2] == 1);
}

void check_setup(void)
{
	mpsc_init(&queue);
	check_thread("first", push, &box[1]);
	check_thread("second", push, &box[2]);
	check_thread("popper", pop_twice, NULL);
	check_finally(nothing_is_lost);
}
