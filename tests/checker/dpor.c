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
#include "dpor.h"

#include "sync/park.h"

void dpor_begin(void)
{
	conflict_begin();
	node[0].sleep = 0;
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
	conflicts(&s);
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
		conflicts(&s);
		search_races(&s);
	}
}
