/*
 * tests/sync/history.h - who called what, and when it answered.
 *
 * Guarantees  A call and its answer draw a number each, by one locked add on one
 *             word, and that is their order: an answer that was before a call
 *             has the smaller one.  Each is also an event (kernel/event.h) in
 *             the ring of the CPU on which it happened, so a host program that
 *             reads the rings sees the history that history_collect() gives.
 *             history_collect() gives the operations since history_begin(); one
 *             that has no answer is LINEAR_PENDING.
 * Context     history_begin() and history_collect() while nobody calls.
 * Limits      A member has one open call at a time.  With more than LINEAR_OPS
 *             operations history_collect() returns 0.  The rings keep the last
 *             records only.
 * See         tests/sync/linear.h, docs/70-linearizability.md
 */
#pragma once

#include "kernel/event.h"
#include "tests/sync/linear.h"

enum {
	/* a: round << 32 | member << 24 | code << 16 | argument */
	EVENT_HISTORY_CALL = EVENT_USER + 0x70,
	/* a: as the call's, code as it turned out; b: result */
	EVENT_HISTORY_ANSWER,
};

void history_begin(void);
void history_call(unsigned member, enum linear_code code, unsigned argument);
void history_answer(unsigned member, enum linear_code code, unsigned argument,
		    unsigned result);

/* how many there are; at most LINEAR_OPS are stored */
unsigned history_collect(struct linear_op *ops);

/* The operations, a line each, in the order of the calls. */
struct test;
void history_print(struct test *t, const struct linear_op *ops, unsigned n);
