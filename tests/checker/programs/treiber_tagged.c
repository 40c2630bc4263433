/*
 * tests/checker/programs/treiber_tagged.c - one pops; the other pops twice, and
 * pushes again at once what the first may be looking at.
 * Told "pushes": one pushes; the other pops and pushes the same again.
 */
#include "sync/treiber_tagged.h"

#include "tests/checker/checker.h"

struct box {
	struct treiber_tagged_node node;
	unsigned value;
};

static struct treiber_tagged stack;
static struct box a, b, c;
static unsigned taken[5];	/* each value is one popper's alone */
static bool pushes;

static struct box *pop(void)
{
	struct treiber_tagged_node *node = treiber_tagged_pop(&stack);
	struct box *box = container_of(node, struct box, node);

	if (!node)
		return NULL;
	assert(!taken[box->value]);
	taken[box->value]++;
	return box;
}

static void push(struct box *box, unsigned value)
{
	box->value = value;
	treiber_tagged_push(&stack, &box->node);
}

static void go_slowly(void *unused)
{
	(void)unused;
	if (pushes)
		push(&c, 4);
	else
		(void)pop();
}

static void bring_it_back(void *unused)
{
	struct box *first = pop();

	(void)unused;
	if (!pushes)
		(void)pop();
	if (first)
		push(first, 3);
}

static void nothing_is_lost(void)
{
	while (pop())
		;
	assert(taken[1] && taken[2] && taken[3] && taken[4] == pushes);
}

void check_setup(void)
{
	pushes = check_argument()[0];
	treiber_tagged_init(&stack);
	push(&b, 2);
	push(&a, 1);
	check_thread("slow", go_slowly, NULL);
	check_thread("fast", bring_it_back, NULL);
	check_finally(nothing_is_lost);
}
