/*
 * tests/checker/programs/msqueue.c - each enqueues once and dequeues twice; what
 * is retired is freed at once if it may be.
 * Told "once": each enqueues, and dequeues.
 */
#include "sync/msqueue.h"

#include "kernel/mem.h"
#include "tests/checker/checker.h"

static struct msqueue queue;
static struct hazard_domain domain;
static struct hazard *h[2];
static unsigned values[4], taken[4];

static void enqueue(struct hazard *mine, unsigned value)
{
	struct msqueue_node *node = mem_alloc(sizeof(*node));

	assert(node);
	values[value] = value;
	msqueue_enqueue(&queue, mine, node, &values[value]);
}

/* The value, or 0. */
static unsigned dequeue(struct hazard *mine)
{
	void *value = NULL;

	if (!msqueue_dequeue(&queue, mine, &value)) {
		assert(!value);
		return 0;
	}
	hazard_scan(mine);
	assert(!taken[*(unsigned *)value]++);
	return *(unsigned *)value;
}

static void put_take_take(void *unused)
{
	(void)unused;
	enqueue(h[0], 2);
	(void)dequeue(h[0]);
	(void)dequeue(h[0]);
}

static void take_take_put(void *unused)
{
	(void)unused;
	(void)dequeue(h[1]);
	(void)dequeue(h[1]);
	enqueue(h[1], 3);
}

static void put_take(void *own)
{
	struct hazard **mine = own;

	enqueue(*mine, 2 + (mine - h));
	(void)dequeue(*mine);
}

static void nothing_is_lost(void)
{
	while (dequeue(h[0]))
		;
	assert(taken[1] == 1 && taken[2] == 1 && taken[3] == 1);
}

void check_setup(void)
{
	struct msqueue_node *dummy = mem_alloc(sizeof(*dummy));

	hazard_init(&domain);
	h[0] = hazard_join(&domain);
	h[1] = hazard_join(&domain);
	assert(dummy && h[0] && h[1]);
	msqueue_init(&queue, dummy, mem_free);
	enqueue(h[0], 1);
	if (check_argument()[0]) {
		check_thread("first", put_take, &h[0]);
		check_thread("second", put_take, &h[1]);
	} else {
		check_thread("first", put_take_take, NULL);
		check_thread("second", take_take_put, NULL);
	}
	check_finally(nothing_is_lost);
}
