/*
 * tests/hosted/test_lists_staged.c - lists whose readers may be left at any
 * moment: grace periods end as soon as the test is in no reader.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sync/harris.h"
#include "sync/list_ops.h"
#include "tests/sync/quarantine.h"
#include "tests/worlds/staged/stage.h"

/* ----------------------------------------- an RCU whose only CPU is the test */

static struct rcu_head *waiting;

static void call_all(void)
{
	while (waiting) {
		struct rcu_head *head = waiting;

		waiting = head->next;
		head->fn(head);
	}
}

void call_rcu(struct rcu_head *head, void (*fn)(struct rcu_head *head))
{
	head->fn = fn;
	head->next = waiting;
	waiting = head;
	if (preemptible())
		call_all();
	else
		stage.at_rest = call_all;
}

void synchronize_rcu(void)
{
	might_sleep();
	call_all();
}

void rcu_barrier(void)
{
	might_sleep();
	call_all();
}

/* ------------------------------------------------------------------- lists */

#define KEY	5

static const struct container_memory memory = {
	quarantine_alloc, quarantine_free,
};

static unsigned char list[LIST_SIZE_MAX] aligned_to(CACHE_LINE);
static unsigned char self[2][LIST_SELF] aligned_to(CACHE_LINE);
static const struct list_ops *ops;
static unsigned removed;

static void another_removes(void)
{
	removed += ops->remove(list, self[1], KEY);
}

/* True: somebody could come in between, and did. */
static bool look_and_be_left(struct test *t)
{
	bool came;

	quarantine_begin();
	__builtin_memset(list, 0, sizeof(list));
	check(t, ops->init(list, &memory) == 0);
	check(t, ops->join(list, self[0]) == 0 && ops->join(list, self[1]) == 0);
	check(t, ops->insert(list, self[0], KEY) == 0);
	check(t, ops->insert(list, self[0], KEY + 1) == 0);
	removed = 0;
	stage.at_rest = another_removes;
	check(t, ops->contains(list, self[0], KEY));
	came = !stage.at_rest;
	stage.at_rest = NULL;
	check(t, removed == came);
	check(t, ops->contains(list, self[0], KEY) == !came);
	ops->leave(list, self[0]);
	ops->leave(list, self[1]);
	ops->destroy(list);
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
	return came;
}

/* Whoever looks reads nothing of a node after it has left the reader. */
TEST("stage/lists", test_lists_readers_are_left_with_what_they_found)
{
	unsigned came = 0;

	stage_begin();
	for (unsigned i = 0; i < list_count; i++) {
		unsigned failed = t->failed;

		ops = list_table[i];
		came += look_and_be_left(t);
		if (t->failed != failed)
			test_note(t, "%s", ops->name);
	}
	check(t, came >= 3);	/* RCU's three; who has a lock, too */
}

/* The seam's promise: from enter() to leave() it stays. */
TEST("stage/lists", test_harris_what_a_reader_of_rcu_reached_stays)
{
	static struct harris l;
	struct harris_node *node;

	stage_begin();
	quarantine_begin();
	harris_init(&l, &harris_rcu, quarantine_free);
	node = quarantine_alloc(sizeof(*node));
	check(t, node && harris_insert(&l, NULL, node, KEY));
	harris_rcu.enter(NULL);
	check(t, harris_remove(&l, NULL, KEY));
	check(t, quarantine_is_live(node));
	harris_rcu.leave(NULL);
	check(t, !quarantine_is_live(node));
	harris_destroy(&l);
	check(t, quarantine_live() == 0);
	check(t, quarantine_end() == 0);
}
