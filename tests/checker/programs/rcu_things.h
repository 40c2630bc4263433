/*
 * tests/checker/programs/rcu_things.h - what a reader looks at, and a callback
 * throws away.
 *
 * Guarantees  Things are thrown away in the order of their values, which are 1,
 *             2 and so on, or an assertion fails.
 * Context     throw_away(): one thread, until somebody waited for it.
 * See         tests/checker/programs/rcu_callbacks.c and srcu_calls.c
 */
#pragma once

#include "kernel/mem.h"
#include "sync/rcu.h"

#include "tests/checker/checker.h"

struct thing {
	unsigned value;
	struct rcu_head head;
};

static struct atomic_ptr shared;
static unsigned thrown;		/* away, so far */

static struct thing *make(unsigned value)
{
	struct thing *thing = mem_alloc(sizeof(*thing));

	thing->value = value;
	return thing;
}

static void throw_away(struct rcu_head *head)
{
	struct thing *thing = container_of(head, struct thing, head);

	assert(thing->value == ++thrown);
	thing->value = 0;
	mem_free(thing);
}
