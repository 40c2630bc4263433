/*
 * tests/sync/test_treiber.c - Treiber's stack, and what ABA does to it.
 *
 * tests/sync/test_container_ops.c has what every container promises.  The stage
 * here has two members.  The slow one reads top and next, and stands still; the
 * fast one pops A and B and pushes A again; then the slow one swaps.
 *
 *     slow sees   top -> A -> B
 *     fast makes  top -> A            (B is in its hands)
 *     slow swaps  top -> B            A == A, so the swap succeeds
 */
#include "sync/treiber.h"

#include "kernel/test.h"
#include "tests/sync/history.h"

static struct treiber stack;
static struct hazard_domain domain;
static struct hazard *fast;

static struct box {
	struct treiber_node node;
	unsigned value;
} a, b;

static unsigned value_of(struct treiber_node *node)
{
	return node ? container_of(node, struct box, node)->value : 0;
}

static void push(unsigned member, struct box *box, unsigned value)
{
	box->value = value;
	history_call(member, LINEAR_PUT, value);
	treiber_push(&stack, &box->node);
	history_answer(member, LINEAR_PUT, value, 1);
}

static struct treiber_node *pop(unsigned member)
{
	struct treiber_node *node;

	history_call(member, LINEAR_TAKE, 0);
	node = treiber_pop(&stack, fast);
	history_answer(member, LINEAR_TAKE, 0, value_of(node));
	return node;
}

static void begin(void)
{
	treiber_init(&stack);
	hazard_init(&domain);
	fast = hazard_join(&domain);
	history_begin();
	push(0, &b, 1);
	push(0, &a, 2);
}

static void end(void)
{
	hazard_leave(fast);
	hazard_drain(&domain);
}

static unsigned freed;

static void count_free(void *node)
{
	(void)node;
	freed++;
}

/* Twin: a pop without a hazard pointer, cut where it stands still. */
static void aba_begin(void **top, void **next)
{
	*top = load_acquire(&stack.top);
	*next = load_acquire(&((struct treiber_node *)*top)->next);
}

static bool aba_end(void *top, void *next)
{
	return cas_acquire(&stack.top, &top, next);
}

TEST("sync/treiber", test_treiber_without_hazards_dies_of_aba)
{
	struct linear_op ops[LINEAR_OPS];
	void *top, *next;

	begin();
	history_call(1, LINEAR_TAKE, 0);
	aba_begin(&top, &next);
	check(t, pop(0) == &a.node);
	check(t, pop(0) == &b.node);
	push(0, &a, 3);
	check(t, aba_end(top, next));
	history_answer(1, LINEAR_TAKE, 0, value_of(top));
	/* B comes out a second time */
	check(t, pop(0) == &b.node);
	check(t, linear_check(&linear_stack, ops, history_collect(ops))
	      == LINEAR_NO);
	end();
}

/* The same play: the slow one's hazard keeps A from coming back. */
TEST("sync/treiber", test_treiber_a_seen_node_does_not_come_back)
{
	struct hazard *slow;
	void *top;

	begin();
	freed = 0;
	slow = hazard_join(&domain);
	top = hazard_protect(slow, 0, &stack.top);
	check(t, top == &a.node);
	check(t, pop(0) == &a.node);
	treiber_retire(fast, &a.node, count_free);
	check(t, pop(0) == &b.node);
	treiber_retire(fast, &b.node, count_free);
	hazard_scan(fast);
	check(t, freed == 1);		/* B; only now could one push it */
	hazard_clear(slow, 0);
	hazard_scan(fast);
	check(t, freed == 2);
	hazard_leave(slow);
	end();
}

TEST("sync/treiber", test_treiber_pops_leave_no_hazard)
{
	begin();
	check(t, pop(0) == &a.node);
	check(t, pop(0) == &b.node);
	check(t, pop(0) == NULL);
	check(t, load_acquire(&fast->slot[0]) == NULL);
	end();
}
