/*
 * tests/sync/test_linear.c - the checker, on histories whose verdict is known,
 * and against one that tries every order.
 */
#include "tests/sync/linear.h"

#include "kernel/test.h"
#include "tests/dice.h"

#define RANDOM		1500
#define MOST		6	/* 720 orders */

#define PUT(c, a, x)		{ c, a, LINEAR_PUT, 0, x, 1 }
#define TAKE(c, a, x)		{ c, a, LINEAR_TAKE, 0, 0, x }
#define SET(c, a, op, k, r)	{ c, a, LINEAR_##op, 0, k, r }
#define NEVER			LINEAR_PENDING

/* times are called, answered */
static const struct known {
	const char *what;
	const struct linear_model *model;
	enum linear_verdict verdict;
	unsigned n;
	struct linear_op op[5];
} known[] = {
	{ "first in, first out", &linear_queue, LINEAR_YES, 4,
	  { PUT(1, 2, 1), PUT(3, 4, 2), TAKE(5, 6, 1), TAKE(7, 8, 2) } },
	{ "a queue that takes the last", &linear_queue, LINEAR_NO, 4,
	  { PUT(1, 2, 1), PUT(3, 4, 2), TAKE(5, 6, 2), TAKE(7, 8, 1) } },
	{ "the same, if the two puts overlap", &linear_queue, LINEAR_YES, 4,
	  { PUT(1, 4, 1), PUT(2, 3, 2), TAKE(5, 6, 2), TAKE(7, 8, 1) } },
	{ "last in, first out", &linear_stack, LINEAR_YES, 4,
	  { PUT(1, 2, 1), PUT(3, 4, 2), TAKE(5, 6, 2), TAKE(7, 8, 1) } },
	{ "a stack that takes the first", &linear_stack, LINEAR_NO, 4,
	  { PUT(1, 2, 1), PUT(3, 4, 2), TAKE(5, 6, 1), TAKE(7, 8, 2) } },
	{ "empty, after a put that had answered", &linear_queue, LINEAR_NO, 3,
	  { PUT(1, 2, 1), TAKE(3, 4, 0), TAKE(5, 6, 1) } },
	{ "empty, while one is being put", &linear_queue, LINEAR_YES, 3,
	  { PUT(1, 4, 1), TAKE(2, 3, 0), TAKE(5, 6, 1) } },
	{ "one value taken twice", &linear_stack, LINEAR_NO, 3,
	  { PUT(1, 2, 1), TAKE(3, 5, 1), TAKE(4, 6, 1) } },
	{ "conserved, and yet wrong: each is taken once, in an order that no "
	  "queue has", &linear_queue, LINEAR_NO, 5,
	  { PUT(1, 2, 1), PUT(3, 4, 2), PUT(5, 6, 3), TAKE(7, 8, 1),
	    TAKE(9, 10, 3) } },
	{ "a value from nowhere", &linear_stack, LINEAR_NO, 1,
	  { TAKE(1, 2, 7) } },
	{ "taken before it was put", &linear_queue, LINEAR_NO, 2,
	  { TAKE(1, 2, 1), PUT(3, 4, 1) } },
	{ "a put without an answer, seen", &linear_queue, LINEAR_YES, 2,
	  { PUT(1, NEVER, 1), TAKE(2, 3, 1) } },
	{ "a put without an answer, not seen", &linear_queue, LINEAR_YES, 2,
	  { PUT(1, NEVER, 1), TAKE(2, 3, 0) } },
	{ "and one that was seen, and then gone", &linear_queue, LINEAR_NO, 3,
	  { PUT(1, NEVER, 1), TAKE(2, 3, 1), TAKE(4, 5, 1) } },
	{ "two inserted the same key", &linear_set, LINEAR_NO, 2,
	  { SET(1, 3, INSERT, 5, 1), SET(2, 4, INSERT, 5, 1) } },
	{ "one inserted, one found it there", &linear_set, LINEAR_YES, 2,
	  { SET(1, 3, INSERT, 5, 0), SET(2, 4, INSERT, 5, 1) } },
	{ "a removed key is found", &linear_set, LINEAR_NO, 3,
	  { SET(1, 2, INSERT, 5, 1), SET(3, 4, REMOVE, 5, 1),
	    SET(5, 6, CONTAINS, 5, 1) } },
	{ "found while it is removed", &linear_set, LINEAR_YES, 3,
	  { SET(1, 2, INSERT, 5, 1), SET(3, 6, REMOVE, 5, 1),
	    SET(4, 5, CONTAINS, 5, 1) } },
};

TEST("sync/linear", test_linear_knows_good_from_bad)
{
	for (unsigned i = 0; i < ARRAY_LEN(known); i++) {
		const struct known *k = &known[i];

		if (!check(t, linear_check(k->model, k->op, k->n)
			   == k->verdict))
			test_note(t, "%s", k->what);
	}
}

TEST("sync/linear", test_linear_counts_places)
{
	struct linear_model two = linear_queue;
	struct linear_op op[] = { PUT(1, 2, 1), PUT(3, 4, 2), PUT(5, 6, 3) };

	two.capacity = 2;
	check(t, linear_check(&two, op, 3) == LINEAR_NO);
	op[2].result = 0;
	check(t, linear_check(&two, op, 3) == LINEAR_YES);
	check(t, linear_check(&linear_queue, op, 3) == LINEAR_NO);
}

/* Is this order one of those that the times allow, with the model's answers? */
static bool order_fits(const struct linear_model *model,
		       const struct linear_op *op, const unsigned *order,
		       unsigned n)
{
	struct linear_state s = { 0 };

	for (unsigned i = 0; i < n; i++) {
		for (unsigned j = i + 1; j < n; j++)
			if (op[order[j]].answered < op[order[i]].called)
				return false;
		if (!model->apply(&s, &op[order[i]], 0))
			return false;
	}
	return true;
}

/* Heap's way through all orders. */
static bool some_order_fits(const struct linear_model *model,
			    const struct linear_op *op, unsigned n)
{
	unsigned order[MOST], count[MOST] = { 0 }, i = 0;

	for (unsigned k = 0; k < n; k++)
		order[k] = k;
	if (order_fits(model, op, order, n))
		return true;
	while (i < n) {
		if (count[i] < i) {
			unsigned j = i % 2 ? count[i] : 0, was = order[j];

			order[j] = order[i];
			order[i] = was;
			if (order_fits(model, op, order, n))
				return true;
			count[i]++;
			i = 0;
		} else {
			count[i++] = 0;
		}
	}
	return false;
}

static void draw(struct dice *d, struct linear_op *op, unsigned n, bool set)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t from = roll(d) % 20, to = from + 1 + roll(d) % 10;
		uint8_t code = LINEAR_PUT + roll(d) % 2;

		op[i] = (struct linear_op){
			.called = 2 * from, .answered = 2 * to + 1,
			.code = code, .argument = i + 1,
			.result = code == LINEAR_PUT ? 1 : roll(d) % (n + 1),
		};
		if (set) {
			op[i].code = LINEAR_INSERT + roll(d) % 3;
			op[i].argument = 1 + roll(d) % 2;
			op[i].result = roll(d) % 2;
		}
	}
}

TEST("sync/linear", test_linear_agrees_with_trying_every_order)
{
	const struct linear_model *models[] = {
		&linear_stack, &linear_queue, &linear_set,
	};
	struct dice d = { test_random(t) };
	unsigned linear[3] = { 0 };

	for (unsigned i = 0; i < RANDOM; i++) {
		unsigned which = i % 3, n = 2 + roll(&d) % (MOST - 2);
		struct linear_op op[MOST];
		bool yes;

		draw(&d, op, n, which == 2);
		yes = some_order_fits(models[which], op, n);
		linear[which] += yes;
		check(t, linear_check(models[which], op, n) == yes);
	}
	/* both verdicts were asked for, of each model */
	for (unsigned k = 0; k < 3; k++)
		check(t, linear[k] > 10 && linear[k] < RANDOM / 3 - 10);
	test_note(t, "linearizable: %u stacks, %u queues, %u sets of %u each",
		  linear[0], linear[1], linear[2], RANDOM / 3);
}
