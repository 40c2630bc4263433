/*
 * tests/sync/history.c - histories in the event rings.
 */
#include "tests/sync/history.h"

#include "arch/cpu.h"
#include "kernel/test.h"

#define RECORDS		(2 * LINEAR_OPS)

static struct event_record record[RECORDS];
static struct atomic32 round, events;

static uint64_t pack(unsigned member, enum linear_code code, unsigned argument)
{
	/* relaxed: changes only while nobody calls */
	return (uint64_t)load_relaxed(&round) << 32 | (uint64_t)member << 24 |
	       (uint64_t)code << 16 | argument;
}

void history_begin(void)
{
	/* relaxed: nobody calls */
	fetch_add_relaxed(&round, 1);
	store_relaxed(&events, 0);
}

void history_call(unsigned member, enum linear_code code, unsigned argument)
{
	fetch_add_relaxed(&events, 1);	/* relaxed: a count */
	event(EVENT_HISTORY_CALL, pack(member, code, argument), 0);
}

void history_answer(unsigned member, enum linear_code code, unsigned argument,
		    unsigned result)
{
	fetch_add_relaxed(&events, 1);	/* relaxed: a count */
	event(EVENT_HISTORY_ANSWER, pack(member, code, argument), result);
}

/*
 * The records of this round in one CPU's ring, into the sorted ones.  Others may
 * be writing theirs just now: those have another kind, or another round, or
 * seq == 0.  So the race is meant, and ThreadSanitizer is not asked.
 */
__attribute__((no_sanitize("thread"))) never_inline
static unsigned gather(unsigned cpu, unsigned n)
{
	uint64_t end = event_count(cpu), at = 0;

	if (end > EVENT_RING_SLOTS)
		at = end - EVENT_RING_SLOTS;
	for (; at < end; at++) {
		struct event_record r = *event_at(cpu, at);
		unsigned i;

		if (!r.seq || (r.kind != EVENT_HISTORY_CALL &&
			       r.kind != EVENT_HISTORY_ANSWER) ||
		    r.a >> 32 != load_relaxed(&round) || n == RECORDS)
			continue;
		for (i = n++; i && record[i - 1].seq > r.seq; i--)
			record[i] = record[i - 1];
		record[i] = r;
	}
	return n;
}

unsigned history_collect(struct linear_op *ops)
{
	unsigned found = 0, n = 0, open[256] = { 0 };

	cpumask_for_each(cpu, &cpus_possible)
		found = gather(cpu, found);
	/* relaxed: nobody calls any more */
	if (found != load_relaxed(&events))
		return 0;
	for (unsigned i = 0; i < found; i++) {
		const struct event_record *r = &record[i];
		unsigned member = r->a >> 24 & 0xff;

		if (r->kind == EVENT_HISTORY_CALL) {
			if (n == LINEAR_OPS)
				return 0;
			open[member] = n;
			ops[n++] = (struct linear_op){
				.called = r->seq, .answered = LINEAR_PENDING,
				.code = r->a >> 16, .member = member,
				.argument = r->a,
			};
		} else {
			ops[open[member]].answered = r->seq;
			ops[open[member]].code = r->a >> 16;
			ops[open[member]].result = r->b;
		}
	}
	return n;
}

void history_print(struct test *t, const struct linear_op *ops, unsigned n)
{
	static const char *const verb[] = {
		"nothing", "put", "take", "insert", "remove", "contains",
	};

	for (unsigned i = 0; i < n; i++)
		test_note(t, "member %u  %s(%u) = %u  [%lu, %lu]",
			  ops[i].member, verb[ops[i].code], ops[i].argument,
			  ops[i].result,
			  (unsigned long)(ops[i].called - ops[0].called),
			  (unsigned long)(ops[i].answered - ops[0].called));
}
