/*
 * tests/checker/core.h - what the parts of the checker share.
 *
 * A run is a sequence of events.  An event is one step of a lane: of a thread
 * (lanes 0 .. 6), of the clock (lane 7), or of the store buffer of thread t
 * (lane 8 + t).  At every moment each lane has one pending operation, which is
 * able to run or not.  A schedule is the sequence of lanes, each with a number
 * where the event has a choice (which store a weak load reads).
 */
#pragma once

#include <setjmp.h>
#include <stddef.h>

#include "checker.h"

#define LANES		16
#define CLOCK_LANE	CHECK_THREADS
#define BUFFER_LANE(t)	((t) + 8)
#define STACK_BYTES	(32 * 1024)
#define HEAP_BYTES	(64 * 1024)
#define MAX_EVENTS	32000
#define BUFFER		16
#define SEEN		16
#define FRAMES		32

enum mode { MODE_SC, MODE_TSO, MODE_WEAK };
enum search { SEARCH_DPOR, SEARCH_FULL, SEARCH_BOUND, SEARCH_RANDOM,
	      SEARCH_PCT, SEARCH_REPLAY };
enum order { RELAXED, CONSUME, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST };

/* A component for each lane: how much of it is known, or came before. */
struct clock {
	int16_t of[LANES];
} __attribute__((aligned(32)));

typedef int16_t half_clock __attribute__((vector_size(16)));

static inline void clock_join(struct clock *a, const struct clock *b)
{
	half_clock *x = (half_clock *)a;
	const half_clock *y = (const half_clock *)b;

	for (unsigned i = 0; i < 2; i++) {
		half_clock less = x[i] < y[i];

		x[i] = (x[i] & ~less) | (y[i] & less);
	}
}

enum kind {
	OP_NONE, OP_LOAD, OP_STORE, OP_XCHG, OP_ADD, OP_SUB, OP_AND, OP_OR,
	OP_XOR, OP_NAND, OP_CAS, OP_FENCE, OP_AWAIT, OP_FLUSH, OP_LOCK,
	OP_PARK, OP_UNPARK, OP_TIME, OP_TICK, OP_ARRIVE, OP_END, OP_MASK,
	OP_PLAIN,
};

struct op {
	uint8_t kind, order, size;
	bool strong;		/* not weak in any mode: a lock, a token */
	uintptr_t addr;
	uint64_t value;		/* to store, add ...; a deadline */
	uint64_t expected;	/* of a cas */
	uint8_t half;		/* 1, 2: of a cas of 16 bytes; see tsan.c */
	uint64_t high;		/* of the first half: the other's expected */
	uintptr_t pc;
};

/* What a load in a loop found: cpu_relax() waits until that has changed. */
struct seen {
	uintptr_t addr;
	uint64_t value;
	int16_t message;	/* weak: the store it read */
	uint8_t size;
};

/* A store that has not reached memory. */
struct buffered {
	struct op op;
	struct clock came_after;	/* for DPOR: its thread's, when issued */
	struct clock sync;		/* what an acquire of it learns */
	int16_t id;
};

enum state { UNUSED, PENDING, DONE };

struct lane {
	void *sp;
	void (*fn)(void *arg);
	void *arg;
	const char *name;
	enum state state;
	struct op op;
	uint64_t result;
	bool succeeded;			/* a cas did */

	uint8_t number, cpu;
	bool is_handler, arrived, masked, parked;
	bool is_spare, is_spawned;
	void (*begin)(void *arg);	/* of a spare one, when spawned late */
	void *begin_arg;
	bool plain_points;		/* a handler may still come upon it */
	int preempt;
	int16_t last_event;		/* of this lane, plus 1; or 0 */

	/* happens-before, as C11 defines it: for races and weak memory */
	int16_t tick;
	struct clock hb, view;
	struct clock acquired, acquired_view;	/* by relaxed loads */
	struct clock released, released_view;	/* by the last release fence */

	struct seen seen[SEEN];
	uint8_t seens;
	uint8_t frames;			/* calls that have not returned */
	uint8_t seens_at[FRAMES];	/* when each was called */

	struct buffered buffer[BUFFER];
	uint8_t buffered_first, buffered_count;
	int16_t buffered_id;
};

struct event {
	uint8_t lane, kind, order, size, mask;
	bool writes, reads, forwarded, strong;
	uint8_t choice, half;
	int16_t seq;			/* of its lane, from 1 */
	int16_t tick;
	int16_t before;			/* on the same granule, or -1 */
	int16_t from;			/* weak: the store read, or -1 */
	int16_t later, earlier;		/* weak: neighbours in coherence order */
	int16_t buffered_id;
	uint32_t granule;
	uintptr_t addr, pc;
	uint64_t old, value, deadline;
	struct clock after;		/* DPOR: what it depends on */
	struct clock sync, sync_view;	/* what an acquire of it learns */
	struct clock known;		/* weak: from which tick on, by lane */
};

/* Eight bytes of memory that events touch. */
struct granule {
	uint32_t run;
	int16_t last;
	int16_t writer[8];		/* of each byte, or -1 */
};

/* What the search knows of a step of the present run. */
struct node {
	uint16_t able, backtrack, done, sleep;
	uint16_t may_arrive;		/* handlers, were the buffer empty */
	uint8_t lane, preemptions, choice;
	bool fresh;			/* choices are not known yet */
	bool is_old;			/* the choice is not the first */
	uint64_t choices;		/* those not tried, but choice */
	int16_t slept_at[LANES];	/* weak: stores before are covered */
};

enum end { RUNNING, COMPLETE, BLOCKED, FAILED };

struct run {
	uint32_t number;
	enum mode mode;
	enum end end;
	int16_t events;
	unsigned threads;
	bool setup, starting, owners_run, polls, stepping;
	bool fatal;			/* the next step is the token's last */
	unsigned choice;		/* of the step that is next */
	unsigned failed;		/* the lane that did */
	unsigned ticks;
	uint64_t now;
	void (*finally)(void);
	struct lane lane[LANES];
	struct lane *self;
	struct lane *between;	/* the halves of a pair: only it goes on */
	void *main_sp;
	jmp_buf ended;
	uintptr_t last_pc;
	const char *failure;
	char what[512];
};

struct options {
	enum search search;
	unsigned bound, seed, max_steps;
	uint64_t limit;
	int cut;		/* longer runs are given up; 0: none is */
	bool outcomes;
	bool freezes;		/* each lane, after each number of steps */
	unsigned frozen;	/* this lane + 1 takes so many steps; 0: none */
	int frozen_after;
	bool as_found;		/* no shorter schedule is looked for */
	const char *token, *argument;
};

extern struct run run;
extern struct options options;
extern struct event *event;		/* of the run, by number */
extern struct node *node;		/* one for each event */

/* memory.c */
void memory_map(void);
void memory_reset(void);
long memory_offset(uintptr_t addr);	/* -1: none of the program's */
struct granule *granule_at(uintptr_t addr, uint32_t *index);
uint64_t peek(uintptr_t addr, unsigned size);
void poke(uintptr_t addr, unsigned size, uint64_t value);
uintptr_t hidden_word(unsigned n);
uintptr_t stack_top(unsigned lane);
void memory_access(uintptr_t addr, size_t size, bool writes, bool atomic,
		   uintptr_t pc);

/* threads.c */
uint64_t point(const struct op *op);
void run_once(void);
void fail(const char *kind, const char *format, ...) never_returns
	printf_like(2, 3);
struct op pending(unsigned lane);
bool is_interruptible(const struct lane *t);

/* step.c */
bool is_able(unsigned lane);
bool stands_still(const struct lane *t);
bool may_arrive(const struct lane *handler);
void step(unsigned lane, unsigned choice);
uint64_t load_now(struct lane *t, uintptr_t addr, unsigned size,
		  int16_t *own);
uint64_t apply(const struct op *op, uint64_t old, bool *writes);
void issue(struct lane *t, const struct op *op);
struct event *event_begin(unsigned lane, const struct op *op);
void forget_seen(struct lane *t, unsigned n);
void remember(struct lane *t, uintptr_t addr, unsigned size, uint64_t value,
	      int message);
void acquire_from(struct lane *t, const struct event *w, unsigned order);
void release_into(struct lane *t, struct event *e, unsigned order);
bool is_rmw(unsigned kind);
bool is_weak(const struct op *op);

/* weak.c */
uint64_t weak_choices(unsigned lane, int16_t from);
bool weak_await_able(struct lane *t);
void weak_step(struct lane *t, struct event *e, unsigned choice);
void weak_settle(void);
uint64_t weak_latest(uintptr_t addr, unsigned size);
void weak_reset(void);
void weak_overwrite(uintptr_t addr, size_t size);
uintptr_t weak_location(uintptr_t addr, unsigned size);

/* dpor.c */
void dpor_event(struct event *e);
void dpor_blocked(void);
uint16_t dpor_still_asleep(const struct node *n, const struct event *e);
void dpor_begin(void);

/* explore.c */
int choose(uint16_t able, unsigned *choice);
void explored(const struct event *e);


/* report.c */
void outcome_begin(void);
void outcome_end(void);
void outcomes_print(void);
void report_failure(void);
int token_read(const char *token, uint8_t *lanes, uint8_t *choices);
void notes_begin(bool keep);
void note_issue(const struct op *op);
void note_plain(const void *p, size_t size, bool writes, uintptr_t pc);
extern const char *program;
