/*
 * tests/checker/report.c - outcomes, tokens, and the steps of a failure.
 *
 * Invariant   A token is PROGRAM[:ARGUMENT]/MODE/STEPS-SUM: for each step a letter, a .. h
 *             for a lane and A .. H for its store buffer, behind it =N where
 *             choice N was taken, and a count where the same comes again.  SUM
 *             makes sure that it was copied whole.  tools/replay reads its
 *             first two parts, this file the rest.
 *             Steps are printed for programs to read (tools/check): one line
 *             each, its fields separated by tabs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

#define REGISTERS	32
#define OUTCOMES	4096
#define NOTES		4096

struct outcome {
	char text[256];
	uint64_t count;
};

/* What is no step, but helps to read the others. */
struct note {
	int at;
	unsigned lane;
	struct op op;
	bool plain, writes;
};

static struct { const char *name; uint64_t value; } reg[REGISTERS];
static unsigned regs;
static struct outcome outcome[OUTCOMES];
static unsigned outcomes;
static struct note notes[NOTES];
static unsigned noted;
static bool keeps_notes;

static const char *const kind_name[] = {
	[OP_LOAD] = "load", [OP_STORE] = "store", [OP_XCHG] = "xchg",
	[OP_ADD] = "fetch_add", [OP_SUB] = "fetch_sub", [OP_AND] = "fetch_and",
	[OP_OR] = "fetch_or", [OP_XOR] = "fetch_xor", [OP_NAND] = "fetch_nand",
	[OP_CAS] = "cas", [OP_FENCE] = "fence", [OP_AWAIT] = "spin",
	[OP_FLUSH] = "to memory", [OP_LOCK] = "lock", [OP_PARK] = "park",
	[OP_UNPARK] = "unpark", [OP_TIME] = "clock", [OP_TICK] = "tick",
	[OP_ARRIVE] = "interrupt", [OP_END] = "iret", [OP_MASK] = "irq_save",
	[OP_PLAIN] = "plain",
};

static const char *const order_name[] = {
	"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst",
};

static const char *const mode_name[] = { "sc", "tso", "weak" };

void outcome_begin(void)
{
	regs = 0;
	noted = 0;
}

void check_outcome(const char *name, uint64_t value)
{
	unsigned i = 0;

	while (i < regs && strcmp(reg[i].name, name) < 0)
		i++;
	if (i < regs && !strcmp(reg[i].name, name)) {
		reg[i].value = value;
		return;
	}
	if (regs == REGISTERS)
		fail("bad program", "more than %d outcomes", REGISTERS);
	memmove(&reg[i + 1], &reg[i], (regs++ - i) * sizeof(reg[0]));
	reg[i].name = name;
	reg[i].value = value;
}

void outcome_end(void)
{
	char text[sizeof(outcome[0].text)] = "";
	size_t used = 0;
	unsigned i;

	if (!options.outcomes)
		return;
	for (i = 0; i < regs && used < sizeof(text); i++)
		used += snprintf(text + used, sizeof(text) - used,
				 "%s%s=%" PRIu64, used ? " " : "",
				 reg[i].name, reg[i].value);
	for (i = 0; i < outcomes; i++)
		if (!strcmp(outcome[i].text, text))
			break;
	if (i == OUTCOMES) {
		fprintf(stderr, "%s: more than %d outcomes\n", program,
			OUTCOMES);
		exit(2);
	}
	if (i == outcomes)
		strcpy(outcome[outcomes++].text, text);
	outcome[i].count++;
}

void outcomes_print(void)
{
	for (unsigned i = 0; i < outcomes; i++)
		printf("outcome %" PRIu64 " %s\n", outcome[i].count,
		       outcome[i].text);
}

/* ------------------------------------------------------------------ tokens */

static char letter(unsigned lane)
{
	return lane < 8 ? 'a' + lane : 'A' + lane - 8;
}

static unsigned checksum(const char *text, size_t length)
{
	unsigned sum = 0;

	while (length--)
		sum = (sum * 31 + (unsigned char)*text++) % 65521;
	return sum;
}

static void print_token(void)
{
	static char buf[8 * MAX_EVENTS];
	const char *argument = options.argument;
	size_t n = snprintf(buf, 1024, "%s%s%s/%s/", program,
			    *argument ? ":" : "", argument,
			    mode_name[run.mode]);

	if (options.frozen)
		n += sprintf(buf + n - 1, "~%c%d/", letter(options.frozen - 1),
			     options.frozen_after) - 1;
	for (int i = 0, j; i < run.events; i = j) {
		for (j = i + 1; j < run.events; j++)
			if (event[j].lane != event[i].lane ||
			    event[j].choice != event[i].choice)
				break;
		buf[n++] = letter(event[i].lane);
		if (event[i].choice)
			n += sprintf(buf + n, "=%u", event[i].choice);
		if (j - i > 1)
			n += sprintf(buf + n, "%s%d",
				     event[i].choice ? "x" : "", j - i);
	}
	printf("token %s-%04x\n", buf, checksum(buf, n));
}

static never_returns void bad_token(const char *why)
{
	fprintf(stderr, "%s: this is no token: %s\n", program, why);
	exit(2);
}

static void token_header(const char *token)
{
	const char *slash = strchr(token, '/');
	size_t mode, name = strlen(program);

	if (!slash || strncmp(token, program, name) ||
	    (token[name] != '/' && token[name] != ':'))
		bad_token("it does not begin with this program's name");
	if (token[name] == ':')
		options.argument = strndup(token + name + 1,
					   slash - token - name - 1);
	for (mode = 0; mode < 3; mode++)
		if (!strncmp(slash + 1, mode_name[mode],
			     strlen(mode_name[mode])))
			break;
	if (mode == 3)
		bad_token("its second part is not sc, tso or weak");
	run.mode = mode;
	slash = strchr(slash, '~');
	if (slash) {
		options.frozen = slash[1] - 'a' + 1;
		options.frozen_after = atoi(slash + 2);
	}
}

int token_read(const char *token, uint8_t *lanes, uint8_t *choices)
{
	const char *end = strrchr(token, '-');
	const char *p = strrchr(token, '/');
	int n = 0;

	token_header(token);
	if (!end || checksum(token, end - token) != strtoul(end + 1, NULL, 16))
		bad_token("its last four digits do not fit: a part is missing "
			  "or was changed");
	for (p++; p < end; ) {
		unsigned lane = *p >= 'a' && *p <= 'h' ? *p - 'a' + 0u :
				*p >= 'A' && *p <= 'H' ? *p - 'A' + 8u : LANES;
		unsigned long choice = 0, count = 1;
		char *rest;

		if (lane == LANES)
			bad_token("a step is not a .. h or A .. H");
		p++;
		if (*p == '=') {
			choice = strtoul(p + 1, &rest, 10);
			p = rest + (*rest == 'x');
		}
		if (*p >= '0' && *p <= '9') {
			count = strtoul(p, &rest, 10);
			p = rest;
		}
		for (; count--; n++) {
			if (n == MAX_EVENTS || choice > 63)
				bad_token("it is too long");
			lanes[n] = lane;
			choices[n] = choice;
		}
	}
	return n;
}

/* --------------------------------------------------------------- the steps */

void notes_begin(bool keep)
{
	keeps_notes = keep;
}

static void add_note(const struct op *op, bool plain, bool writes)
{
	if (keeps_notes && run.self && noted < NOTES)
		notes[noted++] = (struct note){ run.events, run.self->number,
						*op, plain, writes };
}

void note_issue(const struct op *op)
{
	add_note(op, false, true);
}

void note_plain(const void *p, size_t size, bool writes, uintptr_t pc)
{
	struct op op = { .addr = (uintptr_t)p, .size = size, .pc = pc };

	if (memory_offset(op.addr) >= 0 && size <= 8) {
		op.value = peek(op.addr, size);
		add_note(&op, true, writes);
	}
}

/* step TAB number TAB lane TAB cpu TAB thread TAB what TAB where TAB value TAB pc */
static void print_line(const char *step, unsigned l, const char *what,
		       uintptr_t addr, const char *value, uintptr_t pc)
{
	const struct lane *t = &run.lane[l % 8];

	printf("step\t%s\t%c\t%u\t%s%s\t%s\t%#lx\t%s\t%#lx\n", step, letter(l),
	       t->cpu, l == CLOCK_LANE ? "time" : t->name,
	       l >= 8 ? "'s buffer" : "", what, (long)addr, value, (long)pc);
}

/* Large numbers are addresses or flags. */
static const char *format_of(uint64_t largest, unsigned count)
{
	if (count == 1)
		return largest >> 16 ? "%#" PRIx64 : "%" PRIu64;
	return largest >> 16 ? "%#" PRIx64 " -> %#" PRIx64
			     : "%" PRIu64 " -> %" PRIu64;
}

static void print_note(const struct note *n)
{
	char what[64], value[64];

	if (n->plain) {
		snprintf(what, sizeof(what), "%s", n->writes ? "write" : "read");
		snprintf(value, sizeof(value), "%s", "");
	} else {
		snprintf(what, sizeof(what), "store %s, buffered",
			 order_name[n->op.order]);
		snprintf(value, sizeof(value), format_of(n->op.value, 1),
			 n->op.value);
	}
	print_line("", n->lane, what, n->op.addr, value, n->op.pc);
}

static void print_event(int i)
{
	const struct event *e = &event[i];
	char step[16], what[64], value[64] = "";
	bool ordered = e->kind <= OP_FENCE;

	snprintf(step, sizeof(step), "%d", i + 1);
	snprintf(what, sizeof(what), "%s%s%s%s", kind_name[e->kind],
		 ordered ? " " : "", ordered ? order_name[e->order] : "",
		 e->half == 1 ? " of a pair" : e->half ? ", other half" :
		 e->forwarded ? ", from buffer" : "");
	if (e->writes && e->kind != OP_FENCE)
		snprintf(value, sizeof(value), format_of(e->old | e->value, 2),
			 e->old, e->value);
	else if (e->mask && e->kind != OP_FENCE)
		snprintf(value, sizeof(value), format_of(e->old, 1), e->old);
	print_line(step, e->lane, what, e->addr, value, e->pc);
}

void report_failure(void)
{
	unsigned n = 0;

	printf("fail %s mode=%s steps=%d %s: %s\n", program,
	       mode_name[run.mode], run.events, run.failure, run.what);
	print_token();
	for (int i = 0; i <= run.events; i++) {
		for (; n < noted && notes[n].at <= i; n++)
			print_note(&notes[n]);
		if (i < run.events)
			print_event(i);
	}
	if (strcmp(run.failure, "deadlock") &&
	    strcmp(run.failure, "blocking") &&
	    strcmp(run.failure, "lost wake-up")) {
		print_line("here", run.failed, run.failure, 0, "", run.last_pc);
		return;
	}
	for (unsigned l = 0; l < run.threads; l++)
		if (run.lane[l].state == PENDING && !is_able(l))
			print_line(stands_still(&run.lane[l]) ? "stands" :
				   "waits", l, kind_name[run.lane[l].op.kind],
				   run.lane[l].op.addr, "", run.lane[l].op.pc);
}
