/*
 * tests/sync/test_msqueue.c - who stands still in the middle stops nobody, and
 * a twin.
 *
 * tests/sync/test_container_ops.c has what every container promises.
 */
#include "sync/msqueue.h"

#include "kernel/test.h"
#include "tests/sync/history.h"

static struct msqueue queue;
static struct msqueue_node node[5];
static struct hazard_domain domain;
static struct hazard *h;
static unsigned freed;

static void count_free(void *unused)
{
	(void)unused;
	freed++;
}

static void begin(void)
{
	freed = 0;
	hazard_init(&domain);
	h = hazard_join(&domain);
	msqueue_init(&queue, &node[0], count_free);
	history_begin();
}

static void end(void)
{
	msqueue_destroy(&queue);
	hazard_leave(h);
	hazard_drain(&domain);
}

static void put(unsigned value)
{
	history_call(0, LINEAR_PUT, value);
	msqueue_enqueue(&queue, h, &node[value], (void *)(uintptr_t)value);
	history_answer(0, LINEAR_PUT, value, 1);
}

static unsigned take(void)
{
	void *value = NULL;

	history_call(0, LINEAR_TAKE, 0);
	if (!msqueue_dequeue(&queue, h, &value))
		value = NULL;
	history_answer(0, LINEAR_TAKE, 0, (uintptr_t)value);
	return (uintptr_t)value;
}

/* An enqueue of value 1 that stands still after its first cas. */
static void link_only(void)
{
	void *next = NULL;

	history_call(1, LINEAR_PUT, 1);
	node[1].value = (void *)1;
	/* relaxed, both: nobody else is there */
	store_relaxed(&node[1].next, NULL);
	(void)cas_acq_rel(&node[0].next, &next, &node[1]);
}

static bool is_linear(void)
{
	struct linear_op ops[LINEAR_OPS];

	return linear_check(&linear_queue, ops, history_collect(ops))
		== LINEAR_YES;
}

TEST("sync/msqueue", test_msqueue_others_finish_an_enqueue)
{
	begin();
	link_only();
	put(2);
	check(t, take() == 1);
	check(t, take() == 2);
	check(t, take() == 0);
	check(t, is_linear());
	end();
}

TEST("sync/msqueue", test_msqueue_dequeue_does_not_pass_the_tail)
{
	begin();
	link_only();
	/* tail is at the dummy still: it must move before the dummy goes */
	check(t, take() == 1);
	check(t, load_acquire(&queue.tail) == &node[1]);
	check(t, take() == 0);
	put(2);
	check(t, take() == 2);
	check(t, is_linear());
	end();
	check(t, freed == 3);
}

TEST("sync/msqueue", test_msqueue_keeps_the_dummy_from_being_freed)
{
	struct hazard *slow;

	begin();
	slow = hazard_join(&domain);
	put(1);
	check(t, hazard_protect(slow, 0, &queue.head) == &node[0]);
	check(t, take() == 1);
	hazard_scan(h);
	check(t, freed == 0);
	hazard_leave(slow);
	hazard_scan(h);
	check(t, freed == 1);
	end();
}

/* Twin: takes head forward and leaves tail behind it. */
static unsigned take_past_the_tail(void)
{
	struct msqueue_node *first = load_acquire(&queue.head);
	struct msqueue_node *next = load_acquire(&first->next);

	history_call(0, LINEAR_TAKE, 0);
	store_release(&queue.head, next);
	history_answer(0, LINEAR_TAKE, 0, (uintptr_t)next->value);
	return (uintptr_t)next->value;
}

TEST("sync/msqueue", test_msqueue_twin_that_passes_the_tail_loses_a_value)
{
	begin();
	link_only();
	check(t, take_past_the_tail() == 1);
	/* the dummy was freed, and comes back as a new node */
	history_call(0, LINEAR_PUT, 2);
	msqueue_enqueue(&queue, h, &node[0], (void *)2);
	history_answer(0, LINEAR_PUT, 2, 1);
	check(t, take() == 0);
	check(t, !is_linear());
	hazard_leave(h);
	hazard_drain(&domain);
}
