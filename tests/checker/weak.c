/*
 * tests/checker/weak.c - C11's relaxed, acquire and release, and its fences.
 *
 * Invariant   A word's stores are a list, its coherence order, from what was
 *             there at the start to the latest.  A load may take any of them
 *             that is not older than one its thread knows of; a store may be
 *             put behind any such one.  A read-modify-write comes directly
 *             behind what it read, and nothing comes in between.
 *             A thread knows of a store when its view contains the store, or a
 *             load of it: `known` says from which tick of each lane on.  A view
 *             is happens-before, and beyond that what full fences have
 *             gathered: each leaves its thread's view in sc_view, and takes
 *             from there what earlier ones left.
 *             A plain store begins a new list.
 *             A store can be seen only after it was issued, so load buffering
 *             is never produced.
 *             A cas of a pair takes the latest stores of its two words.
 *             An access of one or two bytes is one of the word of four in which
 *             it lies, a store of one a read-modify-write: arch/atomic.h says
 *             under "Views" why x86 keeps that promise.
 * References  Lahav et al., Repairing sequential consistency in C/C++11, PLDI
 *             2017 (RC11); Kang et al., A promising semantics, POPL 2017, less
 *             the promises.
 */
#include <stdlib.h>
#include <string.h>

#include "core.h"

#define NOT_KNOWN	INT16_MAX
#define WORDS		4096
#define START		(-1)		/* as a store: what was there before */
#define OF_STRONG	SEEN		/* an await's choice: a strong word */

struct word {
	uint32_t run;
	uint8_t size;
	bool is_overwritten;		/* by a plain store, since */
	int16_t first, latest;		/* stores, or START */
	uintptr_t addr;
	uint64_t start;
};

static struct word word[WORDS];
static unsigned words;
static uint32_t words_run;
static struct clock sc_view;

void weak_reset(void)
{
	if (words_run == run.number)
		return;
	words_run = run.number;
	words = 0;
	memset(&sc_view, 0, sizeof(sc_view));
}

uintptr_t weak_location(uintptr_t addr, unsigned size)
{
	return size < 4 ? addr & -4UL : addr;
}

static uint64_t value_of(const struct word *w, int m)
{
	return m == START ? w->start : event[m].value;
}

static bool overlaps(const struct word *w, uintptr_t addr, size_t size)
{
	return w->addr < addr + size && addr < w->addr + w->size;
}

/*
 * A plain store is about to be done: a new object in the place of an old one.
 * No store before it can be read any more, or that is a race, which is told.
 */
void weak_overwrite(uintptr_t addr, size_t size)
{
	weak_reset();
	for (struct word *w = word; w < word + words; w++) {
		if (w->is_overwritten || !overlaps(w, addr, size))
			continue;
		poke(w->addr, w->size, value_of(w, w->latest));
		w->is_overwritten = true;
	}
}

static struct word *word_at(uintptr_t addr, unsigned size)
{
	uintptr_t at = weak_location(addr, size);
	struct word *w, *free = NULL;

	weak_reset();
	size = size < 4 ? 4 : size;
	for (w = word; w < word + words; w++) {
		if (!overlaps(w, at, size))
			continue;
		if (w->is_overwritten) {
			w->addr = w->size = 0;
			free = w;
		} else if (w->addr == at && w->size == size) {
			return w;
		} else {
			fail("mixed sizes", "%#lx is accessed by %u bytes and "
			     "by %u", (long)at, w->size, size);
		}
	}
	if (!free && words == WORDS)
		fail("too large", "%d shared words", WORDS);
	w = free ? free : &word[words++];
	*w = (struct word){ .size = size, .first = START, .latest = START,
			    .addr = at, .start = peek(at, size) };
	return w;
}

/* The part of a word's value that an access of these bytes sees. */
static uint64_t part(const struct word *w, uint64_t v, uintptr_t addr,
		     unsigned size)
{
	v >>= (addr - w->addr) * 8;
	return size == 8 ? v : v & ((1UL << size * 8) - 1);
}

static uint64_t with_part(const struct word *w, uint64_t v, uintptr_t addr,
			  unsigned size, uint64_t new)
{
	uint64_t mask = size == 8 ? ~0UL : (1UL << size * 8) - 1;
	unsigned shift = (addr - w->addr) * 8;

	return (v & ~(mask << shift)) | (new & mask) << shift;
}

static bool is_known(int m, const struct clock *view)
{
	const half_clock *k = (const half_clock *)&event[m].known;
	const half_clock *v = (const half_clock *)view;
	half_clock yes = (k[0] <= v[0]) | (k[1] <= v[1]);
	typedef long long pair __attribute__((vector_size(16)));
	pair p = (pair)yes;

	return p[0] | p[1];
}

static int successor(const struct word *w, int m)
{
	return m == START ? w->first : event[m].later;
}

/* Is there a read-modify-write of m already? */
static bool is_taken(const struct word *w, int m)
{
	int next = successor(w, m);

	return next != -1 && event[next].reads && event[next].from == m;
}

static bool reads_word(const struct op *op)
{
	return op->kind != OP_STORE || op->size < 4;
}

static bool may_use(const struct word *w, const struct op *op, int m)
{
	if (op->kind == OP_LOAD)
		return true;
	if (op->kind == OP_CAS &&
	    part(w, value_of(w, m), op->addr, op->size) != op->expected)
		return true;
	return !is_taken(w, m);
}

/* Where a thread that spun may go on: the first store that differs. */
static int changed_since(struct lane *t, const struct seen *s)
{
	const struct word *w = word_at(s->addr, s->size);
	int found = -2;

	for (int m = w->latest; ; m = event[m].earlier) {
		if (part(w, value_of(w, m), s->addr, s->size) != s->value)
			found = m;
		if (m == START || m == s->message || is_known(m, &t->view))
			return found;
	}
}

static uint64_t await_choices(struct lane *t)
{
	uint64_t choices = t->seens ? 0 : 1UL << OF_STRONG;
	int16_t own;

	for (unsigned i = 0; i < t->seens; i++) {
		const struct seen *s = &t->seen[i];

		if (s->message != -2) {
			if (changed_since(t, s) != -2)
				choices |= 1UL << i;
		} else if (load_now(t, s->addr, s->size, &own) != s->value) {
			choices |= 1UL << OF_STRONG;
		}
	}
	return choices;
}

bool weak_await_able(struct lane *t)
{
	return await_choices(t);
}

/*
 * Bit k: the k-th store from the latest may be read (or stored behind).  With
 * since >= 0 only those that were issued at that step or later: a lane that
 * sleeps has tried the others.
 */
uint64_t weak_choices(unsigned lane, int16_t since)
{
	struct lane *t = &run.lane[lane];
	const struct op *op = &t->op;
	uint64_t choices = 0;
	const struct word *w;
	unsigned k = 0;

	if (since >= 0 && (op->kind == OP_STORE || op->kind == OP_AWAIT))
		return 0;
	if (op->kind == OP_AWAIT)
		return await_choices(t);
	if (op->half)
		return since < 0;
	w = word_at(op->addr, op->size);
	for (int m = w->latest; ; m = event[m].earlier, k++) {
		if (k == 64)
			fail("too large", "64 stores to choose from");
		if (m >= since && may_use(w, op, m))
			choices |= 1UL << k;
		if (m == START || is_known(m, &t->view))
			return choices;
	}
}

uint64_t weak_latest(uintptr_t addr, unsigned size)
{
	const struct word *w = word_at(addr, size);

	return part(w, value_of(w, w->latest), addr, size);
}

static int nth_from_latest(const struct word *w, unsigned k)
{
	int m = w->latest;

	while (k--)
		m = event[m].earlier;
	return m;
}

static void now_knows(const struct lane *t, int m)
{
	if (m != START && event[m].known.of[t->number] > t->tick)
		event[m].known.of[t->number] = t->tick;
}

static void insert_behind(struct word *w, struct event *e, int m)
{
	int16_t me = e - event, next = successor(w, m);

	e->earlier = m;
	e->later = next;
	if (m == START)
		w->first = me;
	else
		event[m].later = me;
	if (next == -1)
		w->latest = me;
	else
		event[next].earlier = me;
	for (unsigned l = 0; l < LANES; l++)
		e->known.of[l] = NOT_KNOWN;
}

static void access_word(struct lane *t, struct event *e, const struct op *op,
			unsigned choice)
{
	struct word *w = word_at(op->addr, op->size);
	int m = nth_from_latest(w, choice);
	uint64_t was = value_of(w, m), old = part(w, was, op->addr, op->size);
	uint64_t new = apply(op, old, &t->succeeded);

	e->addr = w->addr;
	e->size = w->size;
	e->mask = ((1u << w->size) - 1) << w->addr % 8;
	e->reads = reads_word(op);
	e->writes = t->succeeded;
	e->old = was;
	t->result = old;
	if (e->reads) {
		e->from = m;
		now_knows(t, m);
		if (m != START && op->kind != OP_STORE)
			acquire_from(t, &event[m], op->kind == OP_CAS &&
				     !e->writes ? RELAXED : op->order);
	}
	if (e->writes) {
		e->value = with_part(w, was, op->addr, op->size, new);
		if (e->reads && m != START) {	/* the release sequence */
			e->sync = event[m].sync;
			e->sync_view = event[m].sync_view;
		}
		release_into(t, e, op->order);
		insert_behind(w, e, m);
		now_knows(t, e - event);
	} else {
		e->value = was;
	}
	if (op->kind == OP_STORE || new != old)
		forget_seen(t, t->seens);
	else
		remember(t, op->addr, op->size, old,
			 e->writes ? e - event : m);
}

static void go_on(struct lane *t, struct event *e, unsigned choice)
{
	int m;

	e->reads = true;
	if (choice == OF_STRONG)
		return;
	m = changed_since(t, &t->seen[choice]);
	e->from = m;
	now_knows(t, m);
}

/* A fence: every full fence sees what those before it had seen. */
static void gather(struct lane *t)
{
	weak_reset();
	clock_join(&t->view, &sc_view);
	sc_view = t->view;
	t->released_view = t->view;
}

void weak_step(struct lane *t, struct event *e, unsigned choice)
{
	if (t->op.kind == OP_FENCE) {
		gather(t);
		return;
	}
	t->tick++;
	t->hb.of[t->number] = t->tick;
	t->view.of[t->number] = t->tick;
	e->tick = t->tick;
	if (t->op.kind == OP_AWAIT)
		go_on(t, e, choice);
	else
		access_word(t, e, &t->op, choice);
}

/* The run is over: memory is what the latest stores left. */
void weak_settle(void)
{
	if (run.mode != MODE_WEAK)
		return;
	weak_reset();
	for (struct word *w = word; w < word + words; w++)
		if (!w->is_overwritten)
			poke(w->addr, w->size, value_of(w, w->latest));
}
