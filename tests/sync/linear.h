/*
 * tests/sync/linear.h - is this history one that takes its steps at once?
 *
 * Guarantees  linear_check() says whether the operations can be put in a row,
 *             one after the other, so that each that had answered before
 *             another was called stands before it, and the answers are those
 *             that the model gives.  An operation without an answer may stand
 *             in the row or not.
 *             LINEAR_UNSURE: more steps than LINEAR_STEPS; never "yes".
 * Context     One caller at a time: its table is static.
 * Limits      LINEAR_OPS operations; values and keys from 1 to 255 (keys of a
 *             set to 63).
 * See         docs/70-linearizability.md, tests/sync/test_linear.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define LINEAR_OPS	64
#define LINEAR_STEPS	2000000u
#define LINEAR_PENDING	UINT64_MAX	/* no answer yet */

enum linear_code {
	LINEAR_NONE,		/* gave up: no effect, any answer */
	LINEAR_PUT,		/* argument; 1: done, 0: full */
	LINEAR_TAKE,		/* the value, 0: empty */
	LINEAR_INSERT,		/* key; 1: was not there, 0: was */
	LINEAR_REMOVE,		/* key; 1: was there */
	LINEAR_CONTAINS,	/* key; 1: is there */
};

struct linear_op {
	uint64_t called, answered;	/* in one order for all */
	uint8_t code, member;
	uint16_t argument, result;
};

struct linear_state {
	uint8_t n;
	uint8_t value[LINEAR_OPS];
};

/* apply: change s as op says; false: its result cannot be */
struct linear_model {
	const char *name;
	bool (*apply)(struct linear_state *s, const struct linear_op *op,
		      unsigned capacity);
	unsigned capacity;		/* 0: as many as you like */
};

extern const struct linear_model linear_stack, linear_queue, linear_set;

enum linear_verdict { LINEAR_NO, LINEAR_YES, LINEAR_UNSURE };

enum linear_verdict linear_check(const struct linear_model *model,
				 const struct linear_op *ops, unsigned n);
