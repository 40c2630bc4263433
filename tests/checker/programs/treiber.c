/*
 * tests/checker/programs/treiber.c - one pops; the other pops twice, and pushes
 * what the first may be looking at, if it was freed and so may come back.
 */
#include "sync/treiber.h"

#include "kernel/mem.h"
#include "tests/checker/checker.h"

struct box {
	struct treiber_node node;
	unsigned value;
};

static struct treiber stack;
static struct hazard_domain domain;
static struct hazard *slow, *fast;
static struct box a, b;
static unsigned taken[4];	/* each value is one popper's alone */

/* What is freed comes back with the same address. */
static void push_again(void *node)
{
	struct box *box = container_of(node, struct box, node);

	box->value = 3;
	treiber_push(&stack, &box->node);
}

static struct box *pop(struct hazard *h)
{
	struct treiber_node *node = treiber_pop(&stack, h);
	struct box *box = container_of(node, struct box, node);

	if (!node)
		return NULL;
	assert(!taken[box->value]);
	taken[box->value]++;
	return box;
}

static void pop_once(void *unused)
{
	(void)unused;
	(void)pop(slow);
}

static void pop_twice(void *unused)
{
	struct box *first = pop(fast);

	(void)unused;
	(void)pop(fast);
	if (first && first->value == 1) {
		treiber_retire(fast, &first->node, push_again);
		hazard_scan(fast);
	}
}

static void nothing_is_lost(void)
{
	while (pop(fast))
		;
	assert(taken[1] && taken[2]);
}

void check_setup(void)
{
	treiber_init(&stack);
	hazard_init(&domain);
	slow = hazard_join(&domain);
	fast = hazard_join(&domain);
	assert(slow && fast);
	a.value = 1;
	b.value = 2;
	treiber_push(&stack, &b.node);
	treiber_push(&stack, &a.node);
	check_thread("slow", pop_once, NULL);
	check_thread("fast", pop_twice, NULL);
	check_finally(nothing_is_lost);
}
