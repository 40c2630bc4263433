/*
 * tests/checker/dpor.c - which steps could have come the other way round.
 *
 * Invariant   e->after is what e depends on, by lane: program order, what it
 *             read or waited for, and every earlier access to the same bytes,
 *             one of the two a write.  Two runs that order all dependent steps
 *             alike differ in nothing that can be seen.
 *             For each event, and each earlier one that it depends on directly,
 *             and that could have come after it, the search has been told to
 *             try at that point a lane with which such a run can begin.
 *             A step that waits (for a lock, a token, a change) is not turned
 *             round with the step that enabled it, but with the latest one
 *             before which it was able too: acquiring a lock races with the
 *             acquisition before, not with the release.  Steps that still wait
 *             at the end of a run are looked at in the same way.
 *             In weak memory a load's choice of stores stands for its order
 *             with those that came before it; so only a load before a store is
 *             turned round, and a lane that sleeps sleeps with the stores that
 *             were there.  Two stores need no order either, since the later one
 *             chooses its place in the coherence order.
 *             A load from the own buffer depends on the stores of others only
 *             once the buffered store is in memory: those that come after that
 *             might have come before the load, the buffer's step too.
 * References  Flanagan and Godefroid, POPL 2005; Abdulla, Aronis, Jonsson and
 *             Sagonas, Source sets, JACM 64(4), 2017; Abdulla et al., Stateless
 *             model checking for TSO and PSO, TACAS 2015; Kokologiannakis et
 *             al., Effective stateless model checking for C/C++ concurrency,
 *             POPL 2018.
 */
#include <string.h>

#include "core.h"
#include "sync/park.h"

#define AWAITS	4096
#define RACES	512
#define FENCES	60	/* hidden word: where the order of fences is kept */

struct await {
	int16_t event;
	uint8_t seens;
	struct seen seen[SEEN];
};

/* One event, while its place is found. */
struct search_state {
	const struct event *e;
	struct clock before;		/* without what it conflicts with */
	struct clock work;
	int16_t race[RACES];
	unsigned races;
};

static struct await await[AWAITS];
static unsigned awaits;

void dpor_begin(void)
{
	awaits = 0;
	node[0].sleep = 0;
}

static bool comes_before(const struct event *f, const struct clock *c)
{
	return c->of[f->lane] >= f->seq;
}

static uint8_t mask_in(uintptr_t granule, uintptr_t addr, unsigned size)
{
	if (addr / 8 != granule)
		return 0;
	return ((1u << size) - 1) << addr % 8;
}

static void add_race(struct search_state *s, int f)
{
	if (s->races < RACES)
		s->race[s->races++] = f;
}

/* Lanes, and their steps, with which a run can begin that has e before f. */
static uint16_t initials(int f, const struct event *e, const struct clock *mine,
			 const struct event **step)
{
	uint16_t met = 0, found = 0;
	int16_t first[LANES];

	for (int i = f + 1; i <= run.events; i++) {
		const struct event *g = i < run.events ? &event[i] : e;
		const struct clock *c = i < run.events ? &g->after : mine;
		bool depends = false;

		if (met >> g->lane & 1)
			continue;
		if (g != e && comes_before(&event[f], c))
			continue;
		for (unsigned l = 0; l < LANES; l++)
			depends |= met >> l & 1 && c->of[l] >= first[l];
		met |= 1u << g->lane;
		first[g->lane] = g->seq;
		step[g->lane] = g;
		if (!depends)
			found |= 1u << g->lane;
	}
	return found;
}

/* Was this step tried there before, and what it leads to? */
static bool is_covered(const struct node *n, const struct event *e)
{
	if (!(n->sleep >> e->lane & 1))
		return false;
	return e->half || e->from < n->slept_at[e->lane] || !e->reads || e->strong ||
	       run.mode != MODE_WEAK;
}

static void reverse(int f, const struct event *e, const struct clock *mine)
{
	struct node *n;
	const struct event *step[LANES];
	uint16_t begin;

	if (event[f].half == 2)		/* nothing comes between the halves */
		f--;
	n = &node[f];
	begin = initials(f, e, mine, step);
	if (begin & n->backtrack)
		return;
	for (unsigned l = 0; l < LANES; l++)
		if (begin >> l & 1 && is_covered(n, step[l]))
			return;
	begin &= n->able;
	if (begin >> e->lane & 1)
		n->backtrack |= 1u << e->lane;
	else
		n->backtrack |= begin & -begin;
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

static bool waits(unsigned kind)
{
	return kind == OP_LOCK || kind == OP_PARK || kind == OP_AWAIT;
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

static bool is_rmw_event(const struct event *e)
{
	return e->reads && e->writes;
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

static void scan_all(struct search_state *s)
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

static void state_begin(struct search_state *s, const struct event *e)
{
	const struct lane *buffer = &run.lane[BUFFER_LANE(e->lane % 8)];
	int16_t last = run.lane[e->lane].last_event;

	s->e = e;
	s->before = e->after;
	s->races = 0;
	if (last)
		clock_join(&s->before, &event[last - 1].after);
	if (e->lane < CLOCK_LANE && buffer->last_event &&
	    e->kind != OP_LOAD && e->kind != OP_AWAIT && e->kind != OP_STORE &&
	    e->kind != OP_PLAIN && e->kind != OP_MASK)
		clock_join(&s->before, &event[buffer->last_event - 1].after);
	if (e->from >= 0 && !e->half &&
	    !(is_rmw(e->kind) && is_rmw_event(&event[e->from])))
		clock_join(&s->before, &event[e->from].after);
	s->work = s->before;
	if (e->from >= 0)
		clock_join(&s->work, &event[e->from].after);
}

static void search_races(const struct search_state *s)
{
	const struct clock *mine = waits(s->e->kind) ? &s->before : &s->work;

	if (options.search == SEARCH_DPOR)
		for (unsigned i = 0; i < s->races; i++)
			reverse(s->race[i], s->e, mine);
}

/* The present event looks at more than one word. */
static void add_await(const struct seen *seen, unsigned n)
{
	struct await *a = &await[awaits++];

	if (awaits == AWAITS)
		fail("livelock", "%d waits", AWAITS);
	a->event = run.events;
	a->seens = n;
	memcpy(a->seen, seen, n * sizeof(*seen));
}

static void enlist(struct event *e)
{
	struct granule *g;
	uintptr_t addr = e->addr;

	if (e->kind == OP_AWAIT) {
		add_await(run.lane[e->lane].seen, run.lane[e->lane].seens);
		return;
	}
	if (e->kind == OP_PARK && e->deadline != PARK_FOREVER)
		add_await(&(struct seen){ .addr = hidden_word(CLOCK_LANE),
					  .size = 8 }, 1);
	if (e->kind == OP_FENCE && run.mode == MODE_WEAK) {
		addr = hidden_word(FENCES);
		e->mask = 0xff;
		e->writes = true;
	}
	if (!e->mask)
		return;
	g = granule_at(addr, &e->granule);
	e->before = g->last;
	g->last = run.events;
}

void dpor_event(struct event *e)
{
	struct search_state s;

	if (options.search != SEARCH_DPOR && options.search != SEARCH_REPLAY)
		return;
	state_begin(&s, e);
	scan_all(&s);
	e->after = s.work;
	e->after.of[e->lane] = e->seq;
	search_races(&s);
	enlist(e);
}

/* The run is over, and some would still like to go on. */
void dpor_blocked(void)
{
	struct search_state s;

	if (options.search != SEARCH_DPOR)
		return;
	for (unsigned l = 0; l < run.threads; l++) {
		struct event e;

		if (run.lane[l].state != PENDING || is_able(l) ||
		    (!waits(run.lane[l].op.kind) &&
		     run.lane[l].op.kind != OP_ARRIVE))
			continue;
		e = *event_begin(l, &run.lane[l].op);
		if (waits(e.kind) && e.kind != OP_AWAIT) {
			e.mask = mask_in(e.addr / 8, e.addr, e.size);
			e.writes = true;
			e.strong = true;
		}
		state_begin(&s, &e);
		scan_all(&s);
		search_races(&s);
	}
}

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
