/*
 * sync/refcount.h - a count of references that cannot come back from the dead.
 *
 * Guarantees  refcount_dec_and_test() is true for one caller, whose reference
 *             was the last; what others did with the object before they gave
 *             theirs, this one sees.
 *             refcount_inc_not_zero() fails from the moment the last is gone:
 *             zero is final.
 *             Saturating: a count that would pass REFCOUNT_MAX, is raised from
 *             zero by refcount_inc(), or is lowered from zero, becomes
 *             saturated and stays so.  Then the object is never freed: a leak
 *             in place of a use after free.
 * Context     Any, NMI included.  refcount_inc(): only who has a reference.
 * Cost        4 bytes; one locked instruction each.
 * Limits      2^30 CPUs that add at the same moment would pass the gap between
 *             saturated and zero.
 *             It says when to free, not how to find: who looks an object up
 *             needs a lock, RCU or a hazard pointer until its inc_not_zero().
 * See         docs/71-refcount.md, tests/sync/test_refcount.c
 */
#pragma once

#include "arch/atomic.h"

#define REFCOUNT_MAX		0x7fffffffu
#define REFCOUNT_SATURATED	0xc0000000u

struct refcount {
	struct atomic32 n;	/* 0: dead; above REFCOUNT_MAX: saturated */
};

#define REFCOUNT_INIT(n)	{ ATOMIC32(n) }

void refcount_init(struct refcount *r, uint32_t n);
void refcount_inc(struct refcount *r);
bool refcount_inc_not_zero(struct refcount *r) must_check;
bool refcount_dec_and_test(struct refcount *r) must_check;

/* A hint, unless the caller is alone. */
uint32_t refcount_read(const struct refcount *r);
bool refcount_is_saturated(const struct refcount *r);

/* What tests, demos and broken twins go through. */
struct refcount_ops {
	const char *name;
	void (*inc)(struct refcount *r);
	bool (*inc_not_zero)(struct refcount *r);
	bool (*dec_and_test)(struct refcount *r);
};

extern const struct refcount_ops refcount_ops;
