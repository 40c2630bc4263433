/*
 * tests/sync/history.c - histories, in an array and in the event rings.
 *
 * The array is what is judged: a ring holds switches and wake-ups, too, and a
 * member that the host holds up for some milliseconds would find its calls
 * overwritten by those of others who wait for it.
 */
#include "tests/sync/history.h"

#include "arch/atomic.h"
#include "kernel/test.h"

#define RECORDS		(2 * LINEAR_OPS)

/* One place for each call and each answer; whose number it is fills it in. */
static struct event_record record[RECORDS];
static struct atomic32 round, drawn;

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
	store_relaxed(&drawn, 0);
}

/*
 * The number is the order: drawn before the operation begins, or after it has
 * ended.
 */
static void note(uint16_t kind, uint64_t a, uint64_t b)
{
	uint32_t at = fetch_add_acq_rel(&drawn, 1);

	if (at < RECORDS)
		record[at] = (struct event_record){
			.kind = kind, .a = a, .b = b,
		};
	event(kind, a, b);
}

void history_call(unsigned member, enum linear_code code, unsigned argument)
{
	note(EVENT_HISTORY_CALL, pack(member, code, argument), 0);
}

void history_answer(unsigned member, enum linear_code code, unsigned argument,
		    unsigned result)
{
	note(EVENT_HISTORY_ANSWER, pack(member, code, argument), result);
}

unsigned history_collect(struct linear_op *ops)
{
	/* relaxed: nobody calls any more */
	unsigned found = load_relaxed(&drawn), n = 0, open[256] = { 0 };

	if (found > RECORDS)
		return 0;
	for (unsigned i = 0; i < found; i++) {
		const struct event_record *r = &record[i];
		unsigned member = r->a >> 24 & 0xff;

		if (r->kind == EVENT_HISTORY_CALL) {
			if (n == LINEAR_OPS)
				return 0;
			open[member] = n;
			ops[n++] = (struct linear_op){
				.called = i, .answered = LINEAR_PENDING,
				.code = r->a >> 16, .member = member,
				.argument = r->a,
			};
		} else {
			ops[open[member]].answered = i;
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
