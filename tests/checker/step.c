/*
 * tests/checker/step.c - what each operation does, where memory is not weak.
 *
 * Invariant   A store under TSO goes into its thread's buffer as part of the
 *             step before it, since nobody else sees that; the buffer's lane
 *             takes it to memory later.  A locked operation, a full fence, an
 *             interrupt's arrival and its end wait until the buffer is empty.
 *             A load takes the newest value in its own buffer, byte by byte.
 *             hb is happens-before as C11 has it, whatever the memory: an
 *             acquire learns what the event knew that wrote the value.
 * References  Sewell et al., x86-TSO, CACM 53(7), 2010.
 */
#include <string.h>

#include "core.h"

bool is_rmw(unsigned kind)
{
	return kind >= OP_XCHG && kind <= OP_CAS;
}

bool is_weak(const struct op *op)
{
	return run.mode == MODE_WEAK && !op->strong &&
	       (op->kind <= OP_CAS || op->kind == OP_AWAIT);
}

static bool acquires(unsigned order)
{
	return order == CONSUME || order == ACQUIRE || order >= ACQ_REL;
}

static bool releases(unsigned order)
{
	return order >= RELEASE;
}

void acquire_from(struct lane *t, const struct event *w, unsigned order)
{
	if (acquires(order)) {
		clock_join(&t->hb, &w->sync);
		clock_join(&t->view, &w->sync_view);
	}
	clock_join(&t->acquired, &w->sync);
	clock_join(&t->acquired_view, &w->sync_view);
}

void release_into(struct lane *t, struct event *e, unsigned order)
{
	clock_join(&e->sync, releases(order) ? &t->hb : &t->released);
	clock_join(&e->sync_view,
		   releases(order) ? &t->view : &t->released_view);
}

static void count_tick(struct lane *t)
{
	t->tick++;
	t->hb.of[t->number] = t->tick;
	t->view.of[t->number] = t->tick;
}

/* Does the other half of a pair have the value that is expected? */
static bool other_half_fits(const struct op *op)
{
	uintptr_t addr = op->addr + 8;

	if (op->half != 1)
		return true;
	return op->high == (run.mode == MODE_WEAK && run.self ?
			    weak_latest(addr, 8) : peek(addr, 8));
}

uint64_t apply(const struct op *op, uint64_t old, bool *writes)
{
	uint64_t mask = op->size == 8 ? ~0UL : (1UL << op->size * 8) - 1;
	uint64_t v = op->value;

	*writes = true;
	switch (op->kind) {
	case OP_ADD:	v = old + v; break;
	case OP_SUB:	v = old - v; break;
	case OP_AND:	v = old & v; break;
	case OP_OR:	v = old | v; break;
	case OP_XOR:	v = old ^ v; break;
	case OP_NAND:	v = ~(old & v); break;
	case OP_LOCK:	v = 1; break;
	case OP_UNPARK:	v = 1; break;
	case OP_PARK:	v = 0; break;
	case OP_LOAD:
	case OP_TIME:	*writes = false; v = old; break;
	case OP_CAS:
		*writes = old == (op->expected & mask) && other_half_fits(op);
		v = *writes ? v : old;
		break;
	}
	return v & mask;
}

/*
 * The value that t would load now.  own: the buffered store that it comes from
 * (the first of them to leave the buffer), or 0 if some of it is memory's.
 */
uint64_t load_now(struct lane *t, uintptr_t addr, unsigned size, int16_t *own)
{
	uint64_t v = peek(addr, size);
	uint8_t *byte = (uint8_t *)&v;
	int16_t from[8] = { 0 };

	for (unsigned k = 0; k < t->buffered_count; k++) {
		const struct buffered *b =
			&t->buffer[(t->buffered_first + k) % BUFFER];

		for (unsigned i = 0; i < b->op.size; i++) {
			uintptr_t at = b->op.addr + i - addr;

			if (at < size) {
				byte[at] = b->op.value >> 8 * i;
				from[at] = b->id;
			}
		}
	}
	*own = from[0];
	for (unsigned i = 1; i < size; i++)
		*own = from[i] < *own ? from[i] : *own;
	return v;
}

/* n of what t has seen, from number `from` on. */
static void drop_seen(struct lane *t, unsigned from, unsigned n)
{
	memmove(t->seen + from, t->seen + from + n,
		sizeof(t->seen[0]) * (t->seens - from - n));
	t->seens -= n;
	for (unsigned i = 0; i < FRAMES; i++) {
		unsigned at = t->seens_at[i];

		if (at > from)
			t->seens_at[i] = at < from + n ? from : at - n;
	}
}

void forget_seen(struct lane *t, unsigned n)
{
	drop_seen(t, 0, n);
}

/*
 * For the next cpu_relax().  A word that was read twice with two values counts
 * twice: then one of them differs from what is there, and it goes on at once.
 */
void remember(struct lane *t, uintptr_t addr, unsigned size, uint64_t value,
	      int message)
{
	for (unsigned i = 0; i < t->seens; i++)
		if (t->seen[i].addr == addr && t->seen[i].value == value &&
		    t->seen[i].size == size)
			drop_seen(t, i, 1);
	if (t->seens == SEEN)
		forget_seen(t, 1);
	t->seen[t->seens++] = (struct seen){ addr, value, message, size };
}

static bool await_able(struct lane *t)
{
	int16_t own;

	if (run.mode == MODE_WEAK && weak_await_able(t))
		return true;
	for (unsigned i = 0; i < t->seens; i++) {
		const struct seen *s = &t->seen[i];

		if (s->message == -2 &&
		    load_now(t, s->addr, s->size, &own) != s->value)
			return true;
	}
	return !t->seens;
}

static bool is_interrupted(unsigned lane)
{
	for (unsigned l = 0; l < run.threads; l++)
		if (l != lane && run.lane[l].is_handler &&
		    run.lane[l].arrived && run.lane[l].state != DONE &&
		    run.lane[l].cpu == run.lane[lane].cpu)
			return true;
	return false;
}

/* But for the store buffer, which the arrival waits for. */
bool may_arrive(const struct lane *handler)
{
	return handler->op.kind == OP_ARRIVE && handler->state == PENDING &&
	       !run.lane[handler->cpu].masked &&
	       !is_interrupted(handler->number);
}

/* It has taken all the steps that it is to take, and has more to do. */
bool stands_still(const struct lane *t)
{
	return options.frozen == t->number + 1u && t->state == PENDING &&
	       (t->last_event ? event[t->last_event - 1].seq : 0) >=
	       options.frozen_after;
}

bool is_able(unsigned lane)
{
	struct lane *t = &run.lane[lane];
	const struct op *op = &t->op;

	if (stands_still(t))
		return false;
	if (run.lane[t->cpu].plain_points && is_interrupted(lane))
		return false;
	switch (op->kind) {
	case OP_AWAIT:
		return await_able(t);
	case OP_STORE:
		return t->buffered_count < BUFFER;
	case OP_ARRIVE:
		return may_arrive(t) && !run.lane[t->cpu].buffered_count;
	case OP_LOCK:
		return !t->buffered_count && !peek(op->addr, op->size);
	case OP_PARK:
		return !t->buffered_count &&
		       (peek(op->addr, 8) || run.now >= op->value);
	case OP_LOAD:
	case OP_TIME:
	case OP_MASK:
	case OP_PLAIN:
		return true;
	default:
		return !t->buffered_count;
	}
}

struct event *event_begin(unsigned lane, const struct op *op)
{
	struct event *e = &event[run.events];
	int16_t last = run.lane[lane].last_event;

	memset(e, 0, sizeof(*e));
	e->lane = lane;
	e->kind = op->kind;
	e->order = op->order;
	e->size = op->size;
	e->strong = op->strong;
	e->half = op->half;
	e->addr = op->addr;
	e->pc = op->pc;
	e->value = e->deadline = op->value;
	e->before = e->from = e->later = e->earlier = -1;
	e->seq = run.lane[lane].last_event ? event[last - 1].seq + 1 : 1;
	return e;
}

/* A store of t: into its buffer, where nobody sees it. */
void issue(struct lane *t, const struct op *op)
{
	struct buffered *b = &t->buffer[(t->buffered_first +
					 t->buffered_count++) % BUFFER];

	memory_access(op->addr, op->size, true, true, op->pc);
	note_issue(op);
	count_tick(t);
	if (!op->strong)	/* as in access() */
		forget_seen(t, t->seens);
	b->op = *op;
	b->id = ++t->buffered_id;
	b->sync = releases(op->order) ? t->hb : t->released;
	if (t->last_event)
		b->came_after = event[t->last_event - 1].after;
	else
		memset(&b->came_after, 0, sizeof(b->came_after));
}

static uint8_t mask_of(uintptr_t addr, unsigned size)
{
	return ((1u << size) - 1) << addr % 8;
}

static void learn_from_writers(struct lane *t, struct event *e,
			       const struct granule *g, unsigned order)
{
	int16_t previous = -1;

	for (unsigned i = 0; i < 8; i++) {
		int16_t w = g->writer[i];

		if (!(e->mask >> i & 1) || w < 0 || w == previous)
			continue;
		previous = w;
		acquire_from(t, &event[w], order);
		if (e->kind != OP_LOAD) {	/* continues the sequence */
			clock_join(&e->sync, &event[w].sync);
			clock_join(&e->sync_view, &event[w].sync_view);
		}
	}
}

static void set_writer(const struct event *e, struct granule *g)
{
	for (unsigned i = 0; i < 8; i++)
		if (e->mask >> i & 1)
			g->writer[i] = e - event;
}

static unsigned order_of(const struct op *op)
{
	switch (op->kind) {
	case OP_LOCK:
	case OP_PARK:	return ACQUIRE;
	case OP_UNPARK:	return RELEASE;
	default:	return op->order;
	}
}

/* A load, a read-modify-write, or a store that goes to memory at once. */
static void touch(struct lane *t, struct event *e, const struct op *op)
{
	struct granule *g = granule_at(op->addr, &e->granule);
	unsigned order = order_of(op);
	int16_t own = 0;
	bool changes;

	memory_access(op->addr, op->size, op->kind != OP_LOAD, true, op->pc);
	e->mask = mask_of(op->addr, op->size);
	e->old = load_now(t, op->addr, op->size, &own);
	e->value = apply(op, e->old, &changes);
	e->reads = op->kind != OP_STORE;
	e->writes = changes && (e->value != e->old || releases(order) ||
				op->kind == OP_STORE);
	t->succeeded = changes;
	if (own) {
		e->forwarded = true;
		e->buffered_id = own;
	} else if (e->reads) {
		learn_from_writers(t, e, g, op->kind == OP_CAS && !changes ?
				   RELAXED : order);
	}
	if (e->writes) {
		release_into(t, e, order);
		poke(op->addr, op->size, e->value);
		set_writer(e, g);
	}
	/* an iteration has no effect; a lock is given up before it ends */
	if (op->kind == OP_LOCK || (op->kind == OP_STORE && op->strong))
		;
	else if (e->value != e->old || op->kind == OP_STORE)
		forget_seen(t, t->seens);
	else
		remember(t, op->addr, op->size, e->old, -2);
	t->result = e->old;
}

static void flush(struct lane *t, struct event *e)
{
	struct buffered *b = &t->buffer[t->buffered_first];
	struct granule *g = granule_at(b->op.addr, &e->granule);

	e->mask = mask_of(b->op.addr, b->op.size);
	e->old = peek(b->op.addr, b->op.size);
	e->value = b->op.value;
	e->writes = true;
	e->sync = b->sync;
	e->after = b->came_after;
	e->buffered_id = b->id;
	poke(b->op.addr, b->op.size, b->op.value);
	set_writer(e, g);
	t->buffered_first = (t->buffered_first + 1) % BUFFER;
	t->buffered_count--;
}

static void tick(struct event *e)
{
	e->addr = hidden_word(CLOCK_LANE);
	e->mask = 0xff;
	e->writes = true;
	e->old = run.now++;
	e->value = run.now;
	poke(e->addr, 8, run.now);
	granule_at(e->addr, &e->granule);
}

/* As a fence of all kinds; the order of fences is dpor.c's and weak.c's. */
static void full_fence(struct lane *t)
{
	clock_join(&t->hb, &t->acquired);
	clock_join(&t->view, &t->acquired_view);
	t->released = t->hb;
	t->released_view = t->view;
}

static void step_thread(struct lane *t, struct event *e, unsigned choice)
{
	const struct op *op = &t->op;
	struct lane *host = &run.lane[t->cpu];

	if (op->kind != OP_PLAIN && op->kind != OP_MASK &&
	    op->kind != OP_STORE)
		count_tick(t);
	e->tick = t->tick;
	switch (op->kind) {
	case OP_ARRIVE:
		t->arrived = t->masked = true;
		clock_join(&t->hb, &host->hb);
		clock_join(&t->view, &host->view);
		break;
	case OP_END:
		clock_join(&host->hb, &t->hb);
		clock_join(&host->view, &t->view);
		t->state = DONE;
		break;
	case OP_FENCE:
		full_fence(t);
		if (run.mode == MODE_WEAK)
			weak_step(t, e, choice);
		break;
	case OP_MASK:
	case OP_PLAIN:
	case OP_AWAIT:
		break;
	case OP_STORE:
		if (run.mode == MODE_TSO) {
			issue(t, op);
			break;
		}
		count_tick(t);
		touch(t, e, op);
		break;
	default:
		touch(t, e, op);
	}
}

void step(unsigned lane, unsigned choice)
{
	struct lane *t = &run.lane[lane % 8];
	struct op op = pending(lane);
	struct event *e = event_begin(lane, &op);
	bool weak = lane < CLOCK_LANE && is_weak(&op);

	e->choice = choice;
	if (weak && op.kind != OP_AWAIT)
		memory_access(op.addr, op.size, op.kind != OP_LOAD, true,
			      op.pc);
	if (lane >= 8)
		flush(t, e);
	else if (lane == CLOCK_LANE)
		tick(e);
	else if (weak)
		weak_step(t, e, choice);
	else
		step_thread(t, e, choice);
	dpor_event(e);
	run.lane[lane].last_event = run.events + 1;
	run.events++;
	explored(e);
	if (op.kind == OP_AWAIT && lane < CLOCK_LANE)
		forget_seen(t, t->seens);
}
