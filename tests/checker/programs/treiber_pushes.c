/*
 * tests/checker/programs/treiber_pushes.c - one pushes; the other pushes, and
 * takes it back: the top is what it was, and what was above it is nowhere.
 */
#include "sync/treiber.h"

#include "tests/checker/checker.h"

static struct treiber stack;
static struct hazard_domain domain;
static struct hazard *h;
static struct treiber_node below, mine, passing;

static void push(void *unused)
{
	(void)unused;
	treiber_push(&stack, &mine);
}

static void push_and_pop(void *unused)
{
	(void)unused;
	treiber_push(&stack, &passing);
	(void)treiber_pop(&stack, h);
}

/* Two are left, one below the other; the third was taken, whichever it is. */
static void nothing_is_lost(void)
{
	unsigned n = 0;

	while (treiber_pop(&stack, h))
		assert(++n <= 2);
	assert(n == 2);
}

void check_setup(void)
{
	treiber_init(&stack);
	hazard_init(&domain);
	h = hazard_join(&domain);
	assert(h);
	treiber_push(&stack, &below);
	check_thread("pusher", push, NULL);
	check_thread("passer", push_and_pop, NULL);
	check_finally(nothing_is_lost);
}
