/*
 * tests/checker/explore.c - which schedule is run next.
 *
 * Invariant   node[d] is the choice made at step d of the run: the lanes that
 *             were able, those to be tried there, those that were, and those
 *             that sleep (whatever begins with them was run before, and nothing
 *             since has changed what they would do).  The next run repeats the
 *             first `fixed` choices, of which the last is new.
 *             Depth first with source sets and sleep sets; or everything; or
 *             everything with at most `bound` preemptions and old stores read;
 *             or at random; or by random priorities that drop at random steps
 *             (PCT).
 * References  Abdulla et al., JACM 64(4), 2017; Musuvathi and Qadeer, Iterative
 *             context bounding, PLDI 2007; Burckhardt et al., A randomized
 *             scheduler with probabilistic guarantees, ASPLOS 2010.
 */
#include <stdio.h>
#include <string.h>

#include "core.h"
#include "explore.h"

static int fixed;
static uint64_t dice;
static unsigned priority[LANES], changes[16], longest;
static uint8_t script_lane[MAX_EVENTS], script_choice[MAX_EVENTS];
static int script_length, script_at;

static unsigned roll(unsigned sides)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return dice % sides;
}

static unsigned first_of(uint64_t set)
{
	return __builtin_ctzll(set);
}

static uint64_t choices_of(unsigned lane, int16_t since)
{
	struct op op = pending(lane);

	if (lane >= CLOCK_LANE || !is_weak(&op) || op.kind == OP_FENCE)
		return since < 0;
	return weak_choices(lane, since);
}

/* In weak memory a lane that sleeps is awake for stores that came later. */
static uint64_t choices_awake(const struct node *n, unsigned lane)
{
	return choices_of(lane, n->sleep >> lane & 1 ? n->slept_at[lane] : -1);
}

static unsigned last_lane(void)
{
	return run.events ? event[run.events - 1].lane : 0;
}

static uint16_t within_bound(struct node *n)
{
	unsigned last = last_lane();
	const struct node *before = run.events ? n - 1 : n;
	uint16_t buffers = n->able & 0xff80;

	n->preemptions = run.events ? before->preemptions : 0;
	if (n->preemptions < options.bound || !(n->able >> last & 1) ||
	    last >= CLOCK_LANE)
		return n->able;
	return 1u << last | buffers;
}

static int begin_with(struct node *n, unsigned lane, uint64_t choices)
{
	unsigned last = last_lane();

	n->lane = lane;
	n->choice = first_of(choices);
	n->choices = choices & (choices - 1);
	n->fresh = n->is_old = false;
	if (options.search == SEARCH_BOUND && run.events && lane != last &&
	    last < CLOCK_LANE && lane < CLOCK_LANE && n->able >> last & 1)
		n->preemptions = n[-1].preemptions + 1;
	if (options.search == SEARCH_BOUND && n->preemptions >= options.bound)
		n->choices = 0;
	return lane;
}

static uint16_t arrivals(void)
{
	uint16_t lanes = 0;

	for (unsigned l = 0; l < run.threads; l++)
		if (run.lane[l].is_handler && may_arrive(&run.lane[l]))
			lanes |= 1u << l;
	return lanes;
}

static int new_node(struct node *n, uint16_t able)
{
	unsigned last = last_lane();
	uint16_t left = able;

	n->able = able;
	n->may_arrive = arrivals();
	n->backtrack = n->done = 0;
	if (options.search == SEARCH_FULL)
		n->backtrack = able;
	if (options.search == SEARCH_BOUND)
		n->backtrack = left = within_bound(n);
	while (left) {
		unsigned lane = left >> last & 1 ? last : first_of(left);
		uint64_t choices = choices_awake(n, lane);

		if (choices) {
			n->backtrack |= 1u << lane;
			return begin_with(n, lane, choices);
		}
		left &= ~(1u << lane);
	}
	return -1;
}

/* A lane of the backtrack set that was not tried yet. */
static int take_up(struct node *n)
{
	for (;;) {
		uint16_t todo = n->backtrack & ~n->done;
		uint64_t choices;

		if (!todo)
			return -1;
		n->lane = first_of(todo);
		choices = choices_awake(n, n->lane);
		if (choices)
			return begin_with(n, n->lane, choices);
		n->done |= 1u << n->lane;
	}
}

static int choose_at_random(uint16_t able, unsigned *choice)
{
	unsigned lane = 0, n = 0;
	uint64_t choices;

	if (options.search == SEARCH_PCT) {
		for (unsigned i = 0; i < options.bound; i++)
			if (changes[i] == (unsigned)run.events)
				priority[last_lane()] = i;
		for (unsigned l = 0; l < LANES; l++)
			if (able >> l & 1 && (!n++ || priority[l] >
					      priority[lane]))
				lane = l;
	} else {
		n = roll(__builtin_popcount(able));
		while (n--)
			able &= able - 1;
		lane = first_of(able);
	}
	choices = choices_of(lane, -1);
	for (n = roll(__builtin_popcountll(choices)); n; n--)
		choices &= choices - 1;
	*choice = first_of(choices);
	node[run.events].lane = lane;
	node[run.events].choice = *choice;
	return lane;
}

static int choose_by_script(uint16_t able, unsigned *choice)
{
	while (script_at < script_length) {
		unsigned lane = script_lane[script_at];

		*choice = script_choice[script_at++];
		if (able >> lane & 1 &&
		    choices_of(lane, -1) >> *choice & 1) {
			node[run.events].lane = lane;
			node[run.events].choice = *choice;
			run.fatal = options.token && script_at == script_length;
			return lane;
		}
		if (options.token)
			fail("stale token", "step %d: lane %u cannot do that; "
			     "the token is of another build", script_at, lane);
	}
	return -1;
}

int choose(uint16_t able, unsigned *choice)
{
	struct node *n = &node[run.events];
	int lane;

	if (options.search == SEARCH_REPLAY)
		return choose_by_script(able, choice);
	if (options.search >= SEARCH_RANDOM)
		return choose_at_random(able, choice);
	if (run.events >= fixed)
		lane = new_node(n, able);
	else if (n->fresh)
		lane = take_up(n);
	else
		lane = n->lane;
	*choice = n->choice;
	return lane;
}

void explored(const struct event *e)
{
	struct node *n = &node[run.events - 1];

	if (run.events < fixed)
		return;
	n[1].sleep = 0;
	if (options.search != SEARCH_DPOR || !n->sleep)
		return;
	n[1].sleep = dpor_still_asleep(n, e);
	memcpy(n[1].slept_at, n->slept_at, sizeof(n->slept_at));
}

/* Prepares the next run; false: there is none. */
static bool next_schedule(void)
{
	for (int d = run.events; d-- > 0; ) {
		struct node *n = &node[d];

		if (n->choices) {
			/* an old store, too, counts: once for this step */
			n->preemptions += !n->is_old;
			n->is_old = true;
			n->choice = first_of(n->choices);
			n->choices &= n->choices - 1;
			fixed = d + 1;
			return true;
		}
		n->done |= 1u << n->lane;
		if (options.search == SEARCH_DPOR) {
			n->sleep |= 1u << n->lane;
			n->slept_at[n->lane] = d;
		}
		if (n->backtrack & ~n->done) {
			n->fresh = true;
			fixed = d + 1;
			return true;
		}
	}
	return false;
}

static void shuffle(void)
{
	if ((unsigned)run.events > longest)
		longest = run.events;
	for (unsigned l = 0; l < LANES; l++)
		priority[l] = 100 + roll(1000);
	for (unsigned i = 0; i < options.bound; i++)
		changes[i] = roll(longest + 1);
}

bool run_script(const uint8_t *lanes, const uint8_t *choices, int length)
{
	enum search was = options.search;

	memcpy(script_lane, lanes, length);
	memcpy(script_choice, choices, length);
	script_length = length;
	script_at = 0;
	options.search = SEARCH_REPLAY;
	fixed = 0;
	run_once();
	options.search = was;
	return run.end == FAILED;
}

void explore(struct tally *t)
{
	bool by_chance = options.search >= SEARCH_RANDOM;

	memset(t, 0, sizeof(*t));
	dice = options.seed * 0x9e3779b97f4a7c15UL | 1;
	fixed = 0;
	do {
		if (t->runs + t->blocked >= options.limit)
			return;
		if (by_chance)
			shuffle();
		run_once();
		if (run.end == FAILED)
			return;
		t->blocked += run.end == BLOCKED;
		t->runs += run.end == COMPLETE;
		t->stood |= options.frozen &&
			    stands_still(&run.lane[options.frozen - 1]);
		t->steps += run.events;
	} while (by_chance || next_schedule());
	t->complete = options.search <= SEARCH_FULL;
}
