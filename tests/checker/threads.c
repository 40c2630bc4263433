/*
 * tests/checker/threads.c - one run: lanes take turns, as the search says.
 *
 * Invariant   A thread is a coroutine on a stack of its own.  It runs until it
 *             has an operation that others can see, leaves it pending, and
 *             hands over to whoever is chosen next; when it is chosen itself,
 *             the operation has been carried out, and it goes on.
 *             run.self is the thread whose code runs, NULL in check_setup() and
 *             after the threads.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core.h"
#include "explore.h"

struct run run;
struct event *event;
struct node *node;

void check_switch(void **save, void *load);

__asm__(
"	.text\n"
"check_switch:\n"
"	push %rbx\n"
"	push %rbp\n"
"	push %r12\n"
"	push %r13\n"
"	push %r14\n"
"	push %r15\n"
"	mov %rsp, (%rdi)\n"
"	mov %rsi, %rsp\n"
"	pop %r15\n"
"	pop %r14\n"
"	pop %r13\n"
"	pop %r12\n"
"	pop %rbp\n"
"	pop %rbx\n"
"	ret\n");

static never_returns void end_run(enum end how)
{
	run.end = how;
	longjmp(run.ended, 1);
}

void fail(const char *kind, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(run.what, sizeof(run.what), format, arguments);
	va_end(arguments);
	run.failure = kind;
	run.failed = run.self ? run.self->number : 0;
	run.events += run.stepping;	/* what failed belongs to the schedule */
	end_run(FAILED);
}

struct op pending(unsigned lane)
{
	const struct lane *t = &run.lane[lane % 8];
	struct op op;

	if (lane < 8)
		return t->op;
	op = t->buffer[t->buffered_first].op;
	op.kind = OP_FLUSH;
	return op;
}

/* A handler may still come upon t, between any two of its accesses. */
bool is_interruptible(const struct lane *t)
{
	if (t->is_handler || !t->plain_points || t->masked)
		return false;
	for (unsigned l = 0; l < run.threads; l++)
		if (run.lane[l].is_handler && run.lane[l].cpu == t->number &&
		    !run.lane[l].arrived)
			return true;
	return false;
}

static uint16_t able_lanes(void)
{
	uint16_t able = 0;

	if (run.between)
		return 1u << run.between->number;
	for (unsigned l = 0; l < run.threads; l++) {
		if (run.lane[l].state == PENDING && is_able(l))
			able |= 1u << l;
		if (run.lane[l].buffered_count)
			able |= 1u << BUFFER_LANE(l);
	}
	if (run.lane[CLOCK_LANE].state == PENDING && run.now < run.ticks)
		able |= 1u << CLOCK_LANE;
	return able;
}

static bool all_done(void)
{
	for (unsigned l = 0; l < run.threads; l++)
		if (run.lane[l].state != DONE && !stands_still(&run.lane[l]))
			return false;
	return true;
}

/* Those who are left serve, and have nothing to do. */
static bool all_is_served(void)
{
	for (unsigned l = 0; l < run.threads; l++) {
		const struct lane *t = &run.lane[l];

		if (t->state != DONE && !(t->is_spare && t->op.kind == OP_PARK))
			return false;
	}
	return true;
}

/* Somebody waits, and nobody is left to end it. */
static never_returns void stuck(void)
{
	char who[300] = "";
	const char *frozen = NULL;
	bool parked = false;

	dpor_blocked();
	if (all_is_served())
		end_run(COMPLETE);
	for (unsigned l = 0; l < run.threads; l++) {
		const struct lane *t = &run.lane[l];
		size_t used = strlen(who);

		if (t->state == DONE)
			continue;
		if (stands_still(t)) {
			frozen = t->name;
			continue;
		}
		parked |= t->op.kind == OP_PARK;
		snprintf(who + used, sizeof(who) - used, "%s%s %s",
			 used ? ", " : "", t->name,
			 t->op.kind == OP_PARK ? "sleeps" :
			 t->op.kind == OP_AWAIT ? "spins" : "waits");
	}
	if (frozen)
		fail("blocking", "%s, because %s stands still", who,
		     frozen);
	if (parked)
		fail("lost wake-up", "%s, and nobody is left to wake it", who);
	fail("deadlock", "%s, and nobody is left to end it", who);
}

/* The lane whose step is next, and its choice; or the run ends. */
static unsigned next_lane(unsigned *choice)
{
	uint16_t able = able_lanes();
	int lane;

	if (!able && all_done())
		end_run(COMPLETE);
	if (!able)
		stuck();
	if (run.events >= (int)options.max_steps)
		fail("livelock", "no end after %u steps", options.max_steps);
	if (options.cut && run.events >= options.cut)
		end_run(BLOCKED);
	lane = choose(able, choice);
	if (lane < 0) {
		dpor_blocked();
		end_run(BLOCKED);
	}
	return lane;
}

static void take_step(unsigned lane, unsigned choice)
{
	if (run.fatal)
		check_fatal_step();
	run.stepping = true;
	step(lane, choice);
	run.stepping = false;
}

static void thread_entry(void);

static void *fresh_stack(unsigned lane)
{
	void **sp = (void **)stack_top(lane);

	*--sp = NULL;		/* its return address; and the ABI's alignment */
	*--sp = thread_entry;
	for (unsigned i = 0; i < 6; i++)
		*--sp = NULL;
	return sp;
}

/*
 * Returns when the operation of the thread that runs has been carried out: by
 * itself, so that a debugger sees each step on the stack of its thread.
 */
static void let_others_run(void)
{
	struct lane *me = run.self;
	unsigned choice = 0, lane = next_lane(&choice);

	for (; lane >= CLOCK_LANE; lane = next_lane(&choice))
		take_step(lane, choice);
	run.self = &run.lane[lane];
	run.choice = choice;
	if (run.self != me)
		check_switch(me ? &me->sp : &run.main_sp, run.self->sp);
	take_step(me->number, run.choice);
}

static void thread_entry(void)
{
	struct lane *me = run.self;

	if (me->is_handler)
		take_step(me->number, run.choice);	/* its arrival */
	me->fn(me->arg);
	if (me->preempt || (me->masked && !me->is_handler))
		fail("left masked", "%s ended with preemption or interrupts "
		     "disabled", me->name);
	if (me->is_handler)
		point(&(struct op){ .kind = OP_END });
	me->state = DONE;
	if (run.starting)
		check_switch(&me->sp, run.main_sp);
	let_others_run();
}

uint64_t point(const struct op *op)
{
	struct lane *me = run.self;

	if ((uintptr_t)__builtin_frame_address(0) <
	    stack_top(me->number) - STACK_BYTES + 1024)
		fail("stack overflow", "%s", me->name);
	if (op->kind == OP_STORE && run.mode == MODE_TSO &&
	    me->buffered_count < BUFFER && !is_interruptible(me)) {
		issue(me, op);
		return 0;
	}
	me->op = *op;
	me->sp = __builtin_frame_address(0);
	if (!run.starting) {
		let_others_run();
		return me->result;
	}
	check_switch(&me->sp, run.main_sp);
	take_step(me->number, run.choice);
	return me->result;
}

static void start_thread(struct lane *t)
{
	t->state = PENDING;
	t->sp = fresh_stack(t->number);
	if (t->is_handler) {
		t->op = (struct op){ .kind = OP_ARRIVE };
		run.lane[t->cpu].plain_points = true;
		return;
	}
	run.self = t;
	run.starting = true;
	check_switch(&run.main_sp, t->sp);
	run.starting = false;
	run.self = NULL;
}

static void run_begin(void)
{
	uint32_t number = run.number + 1;
	enum mode mode = run.mode;

	memset(run.lane, 0, sizeof(run.lane));
	run.number = number;
	run.mode = mode;
	run.end = RUNNING;
	run.events = 0;
	run.threads = run.ticks = run.now = 0;
	run.starting = run.owners_run = run.stepping = run.fatal = false;
	run.finally = NULL;
	run.self = run.between = NULL;
	run.failure = NULL;
	memory_reset();
	outcome_begin();
	dpor_begin();
}

static void run_threads(void)
{
	run.setup = true;
	check_setup();
	run.setup = false;
	/* handlers first: a thread's first accesses may be interrupted too */
	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned l = 0; l < run.threads; l++)
			if (run.lane[l].is_handler == !pass)
				start_thread(&run.lane[l]);
	if (run.ticks) {
		run.lane[CLOCK_LANE].state = PENDING;
		run.lane[CLOCK_LANE].op = (struct op){ .kind = OP_TICK };
	}
	let_others_run();
}

/* Then it is not for check_finally() to judge. */
static bool somebody_stands(void)
{
	return options.frozen && stands_still(&run.lane[options.frozen - 1]);
}

void run_once(void)
{
	run_begin();
	if (options.token)
		check_replay_begins();
	if (!setjmp(run.ended))
		run_threads();
	run.self = NULL;
	run.starting = false;
	if (run.end != COMPLETE)
		return;
	weak_settle();
	run.setup = true;
	if (run.finally && !somebody_stands() && !setjmp(run.ended))
		run.finally();
	run.setup = false;
	if (run.end == COMPLETE)
		outcome_end();
}
