/*
 * tests/sync/linear.c - the search for a row, depth first, with a memory.
 *
 * Invariant   frame[0 .. depth] is the row so far: frame[d].state is the model
 *             after the first d operations, frame[d].done the set of them.
 *             A pair (set, state) that was met is not tried again: what can
 *             follow depends on these two alone.
 * References  Wing and Gong, Testing and verifying concurrent objects, JPDC 17,
 *             1993, for the search; Lowe, Testing for linearizability,
 *             Concurrency and Computation 29(4), 2017, for the memory.
 */
#include "tests/sync/linear.h"

#include "kernel/assert.h"
#include "kernel/string.h"

#define MET	(1u << 13)		/* a power of two */

struct frame {
	uint64_t done;
	unsigned next;			/* the operation to try next */
	struct linear_state state;
};

static struct frame frame[LINEAR_OPS + 1];
static struct {
	uint64_t done, state;		/* the set, a hash of the state */
} met[MET];
static unsigned met_count;

static uint64_t hash_state(const struct linear_state *s)
{
	uint64_t hash = 0xcbf29ce484222325 + s->n;

	for (unsigned i = 0; i < s->n; i++) {
		hash = (hash ^ s->value[i]) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 29;
	}
	return hash | 1;
}

/* Have we been here?  If not, we have now. */
static bool was_met(uint64_t done, const struct linear_state *s)
{
	uint64_t state = hash_state(s);
	unsigned i = (done * 0x9e3779b97f4a7c15 ^ state) >> 40;

	for (;; i++) {		/* ends at an empty place: 1/8 stay so */
		i %= MET;
		if (!met[i].state)
			break;
		if (met[i].done == done && met[i].state == state)
			return true;
	}
	if (met_count < MET / 8 * 7) {
		met_count++;
		met[i].done = done;
		met[i].state = state;
	}
	return false;
}

/* The first answer among those that are not in the row. */
static uint64_t first_answer(const struct linear_op *ops, unsigned n,
			     uint64_t done)
{
	uint64_t first = LINEAR_PENDING;

	for (unsigned i = 0; i < n; i++)
		if (!(done >> i & 1) && ops[i].answered < first)
			first = ops[i].answered;
	return first;
}

/* One more in the row, if any of those left can stand there. */
static bool extend(const struct linear_model *model,
		   const struct linear_op *ops, unsigned n, struct frame *f)
{
	uint64_t first = first_answer(ops, n, f->done);

	while (f->next < n) {
		unsigned i = f->next++;
		struct frame *g = f + 1;

		if (f->done >> i & 1 || ops[i].called > first)
			continue;
		g->state = f->state;
		if (!model->apply(&g->state, &ops[i], model->capacity))
			continue;
		g->done = f->done | 1ULL << i;
		g->next = 0;
		if (!was_met(g->done, &g->state))
			return true;
	}
	return false;
}

enum linear_verdict linear_check(const struct linear_model *model,
				 const struct linear_op *ops, unsigned n)
{
	unsigned depth = 0, steps = 0;

	assert(n <= LINEAR_OPS);
	memset(met, 0, sizeof(met));
	memset(frame, 0, sizeof(frame[0]));
	met_count = 0;
	while (first_answer(ops, n, frame[depth].done) != LINEAR_PENDING) {
		if (steps++ == LINEAR_STEPS)
			return LINEAR_UNSURE;
		if (extend(model, ops, n, &frame[depth]))
			depth++;
		else if (depth-- == 0)
			return LINEAR_NO;
	}
	return LINEAR_YES;
}

static bool answers(const struct linear_op *op, unsigned result)
{
	return op->answered == LINEAR_PENDING || op->result == result;
}

static bool put(struct linear_state *s, const struct linear_op *op,
		unsigned capacity)
{
	if (capacity && s->n == capacity)
		return answers(op, 0);
	s->value[s->n++] = op->argument;
	return answers(op, 1);
}

static bool stack_apply(struct linear_state *s, const struct linear_op *op,
			unsigned capacity)
{
	if (op->code == LINEAR_NONE)
		return true;
	if (op->code == LINEAR_PUT)
		return put(s, op, capacity);
	if (s->n == 0)
		return answers(op, 0);
	return answers(op, s->value[--s->n]);
}

static bool queue_apply(struct linear_state *s, const struct linear_op *op,
			unsigned capacity)
{
	unsigned first = s->value[0];

	if (op->code == LINEAR_NONE)
		return true;
	if (op->code == LINEAR_PUT)
		return put(s, op, capacity);
	if (s->n == 0)
		return answers(op, 0);
	s->n--;
	for (unsigned i = 0; i < s->n; i++)
		s->value[i] = s->value[i + 1];
	return answers(op, first);
}

/* one bit for each key */
static bool set_apply(struct linear_state *s, const struct linear_op *op,
		      unsigned capacity)
{
	uint8_t *byte = &s->value[op->argument / 8];
	uint8_t bit = 1u << op->argument % 8;
	bool there = *byte & bit;

	(void)capacity;
	s->n = LINEAR_OPS / 8;
	if (op->code == LINEAR_INSERT)
		*byte |= bit;
	else if (op->code == LINEAR_REMOVE)
		*byte &= ~bit;
	else if (op->code == LINEAR_NONE)
		return true;
	return answers(op, op->code == LINEAR_INSERT ? !there : there);
}

const struct linear_model linear_stack = { "stack", stack_apply, 0 };
const struct linear_model linear_queue = { "queue", queue_apply, 0 };
const struct linear_model linear_set = { "set", set_apply, 0 };
