/*
 * tests/checker/dpor.h - an event, and what it has to do with those before it.
 *
 * Guarantees  conflicts() finds the earlier events that s->e depends on besides
 *             s->before: they are joined into s->work, and those that could
 *             have come after it are in s->race.
 * See         tests/checker/dpor.c, conflict.c, sleep.c
 */
#pragma once

#include "core.h"

#define RACES	512
#define FENCES	60	/* hidden word: where the order of fences is kept */

/* One event, while its place is found. */
struct search_state {
	const struct event *e;
	struct clock before;		/* without what it conflicts with */
	struct clock work;
	int16_t race[RACES];
	unsigned races;
};

void conflict_begin(void);
void conflicts(struct search_state *s);

/* The present event looks at more than one word. */
void add_await(const struct seen *seen, unsigned n);

static inline bool comes_before(const struct event *f, const struct clock *c)
{
	return c->of[f->lane] >= f->seq;
}

static inline uint8_t mask_in(uintptr_t granule, uintptr_t addr, unsigned size)
{
	if (addr / 8 != granule)
		return 0;
	return ((1u << size) - 1) << addr % 8;
}

static inline bool waits(unsigned kind)
{
	return kind == OP_LOCK || kind == OP_PARK || kind == OP_AWAIT;
}

static inline bool is_rmw_event(const struct event *e)
{
	return e->reads && e->writes;
}
