/*
 * tests/sched/test_timer_heap.c - sched/timer_heap.h alone; any world.
 */
#include "sched/timer_heap.h"

#include "kernel/test.h"

#define N	200

static struct timer timers[N];
static bool inside[N];

static unsigned depth_right(const struct timer *t)
{
	unsigned depth = 0;

	for (; t; t = t->right)
		depth++;
	return depth;
}

/* Order, links and balance at t and below; counts the timers. */
static unsigned verify(struct test *t, const struct timer *at)
{
	unsigned n = 1;

	if (at->left) {
		check(t, at->left->parent == at);
		check(t, at->left->deadline_ns >= at->deadline_ns);
		n += verify(t, at->left);
	}
	if (at->right) {
		check(t, at->left);
		check(t, at->right->parent == at);
		check(t, at->right->deadline_ns >= at->deadline_ns);
		n += verify(t, at->right);
	}
	check(t, at->rank == depth_right(at));
	check(t, !at->left || depth_right(at->left) >= depth_right(at->right));
	return n;
}

static unsigned verify_heap(struct test *t, struct timer_heap *heap)
{
	if (!heap->root)
		return 0;
	check(t, !heap->root->parent);
	return verify(t, heap->root);
}

TEST("sched/timer_heap", test_timers_come_out_in_order)
{
	struct timer_heap heap = { NULL };
	uint64_t last = 0;

	for (unsigned i = 0; i < N; i++) {
		timers[i].deadline_ns = test_random(t) % 100;
		timer_heap_insert(&heap, &timers[i]);
	}
	check(t, verify_heap(t, &heap) == N);
	for (unsigned i = 0; i < N; i++) {
		struct timer *first = timer_heap_first(&heap);

		if (!check(t, first))
			return;
		check(t, first->deadline_ns >= last);
		last = first->deadline_ns;
		timer_heap_remove(&heap, first);
	}
	check(t, !timer_heap_first(&heap));
}

TEST("sched/timer_heap", test_any_timer_can_be_removed)
{
	struct timer_heap heap = { NULL };
	unsigned n = 0;

	for (unsigned i = 0; i < N; i++)
		inside[i] = false;
	for (unsigned round = 0; round < 2000; round++) {
		unsigned i = test_random(t) % N;

		if (inside[i]) {
			timer_heap_remove(&heap, &timers[i]);
			n--;
		} else {
			timers[i].deadline_ns = test_random(t);
			timer_heap_insert(&heap, &timers[i]);
			n++;
		}
		inside[i] = !inside[i];
		check(t, verify_heap(t, &heap) == n);
	}
}

TEST("sched/timer_heap", test_ascending_starts_stay_shallow)
{
	struct timer_heap heap = { NULL };

	for (unsigned i = 0; i < N; i++) {
		timers[i].deadline_ns = i;
		timer_heap_insert(&heap, &timers[i]);
		/* log2(201) < 8 */
		check(t, depth_right(heap.root) <= 8);
	}
	check(t, verify_heap(t, &heap) == N);
}
