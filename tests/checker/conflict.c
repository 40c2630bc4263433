/*
 * tests/checker/conflict.c - which earlier steps a step depends on, and which
 * of these it could have come before.
 *
 * Invariant   As in tests/checker/dpor.c.  await[] lists the events that looked
 *             at several words, or at the clock too: those that enlist() cannot
 *             put into one granule's list.
 */
#include "dpor.h"

#include <string.h>

#include "sync/park.h"

#define AWAITS	4096

struct await {
	int16_t event;
	uint8_t seens;
	struct seen seen[SEEN];
};

static struct await await[AWAITS];
static unsigned awaits;

void conflict_begin(void)
{
	awaits = 0;
}

static void add_race(struct search_state *s, int f)
{
	if (s->races < RACES)
		s->race[s->races++] = f;
}

/* Was what e waits for there before the event f? */
static bool was_able_before(const struct event *e, const struct event *f,
			    const struct seen *seen)
{
	switch (e->kind) {
	case OP_LOCK:
		return !f->old;
	case OP_PARK:
		return f->old || run.now >= e->deadline;
	case OP_AWAIT:
		return f->addr != seen->addr || f->size != seen->size ||
		       f->old != seen->value;
	default:
		return true;
	}
}

/* Stores that left a buffer, as a scan meets them from last to first. */
struct flushed {
	unsigned count;
	uint8_t lane[LANES];
	int16_t id[LANES];
};

static bool was_flushed(const struct flushed *seen, const struct event *load)
{
	for (unsigned i = 0; i < seen->count; i++)
		if (seen->lane[i] == load->lane &&
		    seen->id[i] == load->buffered_id)
			return true;
	return false;
}

static void conflict(struct search_state *s, int f)
{
	add_race(s, f);
	clock_join(&s->work, &event[f].after);
}

/* Loads that were served by a buffer: depended on, when it was flushed. */
static void scan_forwarded(struct search_state *s, int i, uint8_t mask,
			   const struct flushed *flushed)
{
	for (; i >= 0 && flushed->count; i = event[i].before) {
		const struct event *f = &event[i];

		if (f->forwarded && f->mask & mask &&
		    f->lane != s->e->lane % 8 && was_flushed(flushed, f) &&
		    !comes_before(f, &s->work))
			conflict(s, i);
	}
}

/* Conflicts of s->e with earlier events on these bytes. */
static void scan(struct search_state *s, struct granule *g, uint8_t mask,
		 bool writes, const struct seen *seen)
{
	const struct event *e = s->e;
	struct flushed flushed = { 0 };
	int i;

	for (i = g->last; i >= 0; i = event[i].before) {
		const struct event *f = &event[i];
		bool covers = f->writes && (f->mask & mask) == mask;

		if (!(f->mask & mask) || f->forwarded ||
		    !(f->writes || writes))
			continue;
		if (e->lane < 8 && f->lane == BUFFER_LANE(e->lane)) {
			if (covers && !writes)
				return;		/* its own store */
			if (!writes)
				continue;
		}
		if (waits(e->kind)) {
			if (comes_before(f, &s->before))
				return;
			if (was_able_before(e, f, seen)) {
				conflict(s, i);
				return;
			}
			clock_join(&s->work, &f->after);
			continue;
		}
		if (f->kind == OP_FLUSH && flushed.count < LANES) {
			flushed.lane[flushed.count] = f->lane - 8;
			flushed.id[flushed.count++] = f->buffered_id;
		}
		if (!comes_before(f, &s->work))
			conflict(s, i);
		if (covers)
			break;
	}
	if (writes)
		scan_forwarded(s, g->last, mask, &flushed);
}

/* e writes: who spun on these bytes before? */
static void scan_awaits(struct search_state *s, bool joins)
{
	uintptr_t granule = s->e->addr / 8;

	for (unsigned k = awaits; k-- > 0; ) {
		const struct event *f = &event[await[k].event];
		uint8_t mask = 0;

		for (unsigned i = 0; i < await[k].seens; i++)
			mask |= mask_in(granule, await[k].seen[i].addr,
					await[k].seen[i].size);
		if (!(mask & s->e->mask) || f->lane == s->e->lane ||
		    comes_before(f, joins ? &s->work : &s->before))
			continue;
		add_race(s, await[k].event);
		if (joins)
			clock_join(&s->work, &f->after);
	}
}

/* Neither one's choices stand for the other order. */
static bool is_ordered(const struct event *f, const struct event *e)
{
	return (is_rmw_event(f) && is_rmw(e->kind)) ||
	       (e->half && f->writes) || (f->half && e->writes);
}

/*
 * Loads before a store, and two read-modify-writes: each takes from the other
 * what it read.  A pair takes the latest, and writes and reads in one step.
 */
static void scan_weak(struct search_state *s, uintptr_t addr)
{
	const struct event *e = s->e;
	uint32_t index;

	for (int i = granule_at(addr, &index)->last; i >= 0;
	     i = event[i].before) {
		const struct event *f = &event[i];
		bool takes = is_ordered(f, e);

		if (f->addr != addr || comes_before(f, &s->before) ||
		    !(takes || (e->writes && f->reads)))
			continue;
		add_race(s, i);
		if (takes)
			clock_join(&s->work, &f->after);
	}
	if (e->writes && addr == e->addr)
		scan_awaits(s, false);
}

/* A handler and what it comes upon exclude each other. */
static void scan_cpu(struct search_state *s)
{
	const struct event *e = s->e;
	unsigned cpu = run.lane[e->lane].cpu;
	bool joined = false;

	if (!run.lane[cpu].plain_points ||
	    (run.lane[e->lane].is_handler && e->kind != OP_ARRIVE))
		return;
	for (int i = run.events; i-- > 0; ) {
		const struct event *f = &event[i];

		if (f->lane >= CLOCK_LANE || run.lane[f->lane].cpu != cpu)
			continue;
		if (f->lane == e->lane)
			return;
		if (!joined)
			clock_join(&s->work, &f->after);
		joined = true;
		if ((node[i].able | node[i].may_arrive) >> e->lane & 1) {
			add_race(s, i);
			return;
		}
	}
}

static void scan_seen(struct search_state *s)
{
	const struct lane *t = &run.lane[s->e->lane];

	for (unsigned i = 0; i < t->seens; i++) {
		const struct seen *seen = &t->seen[i];
		uint32_t index;

		if (seen->message == -2)
			scan(s, granule_at(seen->addr, &index),
			     mask_in(seen->addr / 8, seen->addr, seen->size),
			     false, seen);
	}
}

void conflicts(struct search_state *s)
{
	const struct event *e = s->e;
	uint32_t index;

	if (e->lane < CLOCK_LANE)
		scan_cpu(s);
	if (e->kind == OP_AWAIT)
		scan_seen(s);
	if (e->kind == OP_FENCE && run.mode == MODE_WEAK)
		scan(s, granule_at(hidden_word(FENCES), &index), 0xff, true,
		     NULL);
	if (e->kind == OP_PARK && e->deadline != PARK_FOREVER)
		scan(s, granule_at(hidden_word(CLOCK_LANE), &index), 0xff,
		     false, NULL);
	if (!e->mask || e->kind == OP_FENCE || e->kind == OP_AWAIT)
		return;
	if (run.mode == MODE_WEAK && !e->strong) {
		scan_weak(s, e->addr);
		if (e->half == 1)
			scan_weak(s, e->addr + 8);
		return;
	}
	if (e->half == 1)
		scan(s, granule_at(e->addr + 8, &index), 0xff, false, NULL);
	if (!e->forwarded)
		scan(s, granule_at(e->addr, &index), e->mask,
		     e->writes || e->kind == OP_LOCK, NULL);
	if (e->writes)
		scan_awaits(s, true);
}

void add_await(const struct seen *seen, unsigned n)
{
	struct await *a = &await[awaits++];

	if (awaits == AWAITS)
		fail("livelock", "%d waits", AWAITS);
	a->event = run.events;
	a->seens = n;
	memcpy(a->seen, seen, n * sizeof(*seen));
}
