/*
 * sched/timer_heap.c - a leftist heap.
 *
 * Invariant   Heap: no timer is earlier than its parent.  Leftist: the rank of
 *             a node is the length of the shortest way down to a missing
 *             child, rank(left) >= rank(right), so rank = rank(right) + 1 and
 *             the way down the right is at most log2(n + 1) long.
 *             Everything is built from merge(), which walks two such ways.
 *             Chosen over an array heap because it needs no memory that could
 *             run out with interrupts masked, and over a pairing heap because
 *             the bound holds for each operation, not on average.
 * References  C. A. Crane, Linear lists and priority queues as balanced binary
 *             trees, Stanford CS-72-259, 1972; Knuth, The Art of Computer
 *             Programming, vol. 3, 5.2.3.
 */
#include "sched/timer_heap.h"

static uint32_t rank_of(const struct timer *t)
{
	return t ? t->rank : 0;
}

/* The children of t are right; make t leftist again. */
static void settle(struct timer *t)
{
	if (rank_of(t->left) < rank_of(t->right)) {
		struct timer *left = t->left;

		t->left = t->right;
		t->right = left;
	}
	t->rank = rank_of(t->right) + 1;
}

/* One heap of two; its parent is the caller's to set.  Depth: 2 log2(n). */
static struct timer *merge(struct timer *a, struct timer *b)
{
	if (!a)
		return b;
	if (!b)
		return a;
	if (b->deadline_ns < a->deadline_ns) {
		struct timer *later = a;

		a = b;
		b = later;
	}
	a->right = merge(a->right, b);
	a->right->parent = a;
	settle(a);
	return a;
}

void timer_heap_insert(struct timer_heap *heap, struct timer *timer)
{
	timer->left = NULL;
	timer->right = NULL;
	timer->rank = 1;
	heap->root = merge(heap->root, timer);
	heap->root->parent = NULL;
}

void timer_heap_remove(struct timer_heap *heap, struct timer *timer)
{
	struct timer *up = timer->parent;
	struct timer *rest = merge(timer->left, timer->right);

	if (rest)
		rest->parent = up;
	if (!up)
		heap->root = rest;
	else if (up->left == timer)
		up->left = rest;
	else
		up->right = rest;
	/* ends at the root, or where the loss no longer shows */
	for (uint32_t was; up; up = up->parent) {
		was = up->rank;
		settle(up);
		if (up->rank == was)
			break;
	}
}
