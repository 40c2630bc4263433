/*
 * tests/checker/sleep.c - who sleeps on: what was tried at a node already need
 * not be tried again until something happens that it depends on.
 *
 * References  Godefroid, Partial-Order Methods for the Verification of
 *             Concurrent Systems, LNCS 1032, 1996, chapter 5.
 */
#include "dpor.h"

#include "sync/park.h"

/* The bytes of a granule; the first half of a pair looks at the other, too. */
static uint8_t mask_of_op(uintptr_t granule, const struct op *op)
{
	return mask_in(granule, op->addr, op->size) |
	       (op->half == 1 ? mask_in(granule, op->addr + 8, 8) : 0);
}

static bool overlaps(const struct op *op, const struct event *e)
{
	return mask_of_op(e->addr / 8, op) & e->mask;
}

static bool seen_overlaps(const struct lane *t, uintptr_t addr, uint8_t mask)
{
	for (unsigned i = 0; i < t->seens; i++)
		if (mask_in(addr / 8, t->seen[i].addr, t->seen[i].size) & mask)
			return true;
	return false;
}

static bool weak_depends(const struct lane *t, const struct op *op,
			 const struct event *e)
{
	if (op->kind == OP_AWAIT)
		return e->writes && seen_overlaps(t, e->addr, e->mask);
	if (op->half || e->half)
		return ((op->half && e->writes) ||
			(e->half && op->kind != OP_LOAD)) && overlaps(op, e);
	return is_rmw(op->kind) && e->reads && e->writes && !e->strong &&
	       overlaps(op, e);
}

/* Would the pending operation of lane q do otherwise before e than after? */
static bool depends(unsigned q, const struct event *e)
{
	struct lane *t = &run.lane[q % 8];
	struct op op = pending(q);
	bool is_write = op.kind != OP_LOAD && op.kind != OP_TIME;
	int16_t own;

	if (q < CLOCK_LANE && e->lane < CLOCK_LANE &&
	    run.lane[e->lane].cpu == t->cpu)
		return true;
	if (q < CLOCK_LANE && is_weak(&op))
		return weak_depends(t, &op, e);
	if (q < CLOCK_LANE && e->lane == BUFFER_LANE(q))
		return false;
	if (q == CLOCK_LANE) {
		op.addr = hidden_word(CLOCK_LANE);
		op.size = 8;
		if (e->kind == OP_PARK)
			return e->deadline != PARK_FOREVER;
	}
	if (op.kind == OP_FENCE)
		return run.mode == MODE_WEAK && e->kind == OP_FENCE;
	if (op.kind == OP_AWAIT)
		return e->writes && seen_overlaps(t, e->addr, e->mask);
	if (op.kind == OP_PARK && e->kind == OP_TICK)
		return op.value != PARK_FOREVER;
	if (!op.size || e->forwarded)
		return false;
	if (op.kind == OP_STORE && run.mode == MODE_TSO)
		return false;
	if (op.kind == OP_LOAD) {
		load_now(t, op.addr, op.size, &own);
		if (own)
			return false;
	}
	if (e->kind == OP_AWAIT)
		return is_write && seen_overlaps(&run.lane[e->lane], op.addr,
					mask_in(op.addr / 8, op.addr, op.size));
	return (is_write || e->writes) && overlaps(&op, e);
}

uint16_t dpor_still_asleep(const struct node *n, const struct event *e)
{
	uint16_t still = n->sleep & ~(1u << e->lane);

	for (unsigned q = 0; q < LANES; q++)
		if (still >> q & 1 && depends(q, e))
			still &= ~(1u << q);
	return still;
}
