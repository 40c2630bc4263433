/*
 * kernel/drain.c - one CPU at a time brings the log to the consoles.
 *
 * `drainer` says who may: 0 nobody, n the CPU n - 1, and once a CPU panics
 * PANIC + n, which nobody but that CPU ever changes again.
 *
 *     0 -> n        try_own: by any CPU that has put something into the log
 *     n -> 0        disown
 *     any -> PANIC + n   console_take_over: the other CPUs have been stopped,
 *                   or do not answer; one of them may believe that it drains.
 *                   It finds out before its next line, and gives up.
 *
 * Invariant   1. Only the drainer calls a console's write() and writes
 *                mid_line.  The exception is the last write() of a drainer that
 *                a panic took over from and that could not be stopped.
 *             2. The lines below cursor have been shown (or were above the
 *                level, or lost and reported).  cursor moves from p to p + 1
 *                after line p was shown, by compare-and-swap, so that a drainer
 *                that was taken over from cannot move it back.  So a line
 *                interrupted by a panic is shown again, and none is lost.
 *             3. No line is left behind: when a line is committed and all
 *                older ones are, it is shown, or some CPU is about to.  A CPU
 *                that appends leaves its line to another CPU only after it
 *                appended, fenced and then found a drainer or a waiting writer
 *                ([E]); those look again after they have stopped being that.
 *                If the line was not yet to be seen by their last look, then
 *                their fence came before the appender's, and the appender would
 *                have found nobody.  A line that has to wait for an older,
 *                uncommitted one is left to the producer of that one, which
 *                has its own look still to come.
 *             4. waiting counts those in drain_own(), who spin for the
 *                drain with preemption disabled: the drainer yields to them
 *                after a line, so they wait for as many lines as there are
 *                writers, not for the end of a flood.
 * Ordering    [C] disown -> try_own: mid_line and the consoles' own state pass
 *                 from drainer to drainer.
 *             [E] append | fence | look at waiting and drainer, against
 *                 disown or waiting - 1 | fence | look at the log: full fences
 *                 on both sides, so that at least one of the two looks sees
 *                 what the other CPU wrote (store buffering excluded).
 *             [F] drain_add -> drain_emit: the console is complete.
 * References  Linux Documentation/core-api/printk-basics and nbcon (ownership
 *             and takeover); E. W. Dijkstra, EWD123, 1965 (the look after the
 *             store, [E]).
 */
#include "kernel/drain.h"

#include "kernel/console.h"
#include "kernel/format.h"
#include "kernel/log.h"
#include "arch/atomic.h"
#include "arch/cpu.h"
#include "sync/preempt.h"

#define PANIC		0x80000000u

static struct atomic32 drainer;
static struct atomic32 waiting;
static struct atomic64 cursor;		/* the next position to show */
static struct atomic64 overwritten;	/* positions that came too late */
static struct atomic64 reported;	/* of those lost, shown as lost */
static struct atomic32 mid_line;	/* the consoles' last byte was no \n */
static struct atomic_ptr consoles;

static uint32_t me(void)
{
	return cpu_id() + 1;
}

static bool is_mine(void)
{
	/* relaxed: we alone set it to our own number */
	uint32_t owner = load_relaxed(&drainer);

	return owner == me() || owner == PANIC + me();
}

bool drain_in_panic(void)
{
	/* relaxed: never cleared; the panicking CPU knows it set it */
	return load_relaxed(&drainer) & PANIC;
}

static bool try_own(void)
{
	uint32_t nobody = 0;

	if (cas_acquire(&drainer, &nobody, me()))	/* [C] */
		return true;
	return nobody == PANIC + me();
}

static void disown(void)
{
	uint32_t mine = me();

	cas_release(&drainer, &mine, 0);		/* [C] */
}

/* To every console; given up when a panic takes over. */
void drain_emit(const char *text, size_t n)
{
	struct console *c;

	if (!n)
		return;
	/* relaxed: the drainer's; a takeover sees at worst an extra newline */
	store_relaxed(&mid_line, 1);
	for (c = load_acquire(&consoles); c && is_mine(); c = c->next) /* [F] */
		if (!c->muted)
			c->write(text, n);
	store_relaxed(&mid_line, text[n - 1] != '\n');	/* relaxed: as above */
}

/* A whole line, on a line of its own. */
static void emit_line(const char *line, size_t n)
{
	/* relaxed: [C], or see drain_emit() */
	if (load_relaxed(&mid_line))
		drain_emit("\n", 1);
	drain_emit(line, n);
}

static uint64_t lost_so_far(void)
{
	/* relaxed: counters; a report that comes late is still made */
	return load_relaxed(&overwritten) + log_ring_dropped(&kernel_log);
}

static void report_losses(void)
{
	char line[64];
	/* relaxed: the drainer's, and see lost_so_far() */
	uint64_t before = load_relaxed(&reported);
	uint64_t now = lost_so_far();
	size_t n;

	/* relaxed: it decides who reports, not what is seen */
	if (now == before || !cas_relaxed(&reported, &before, now))
		return;
	n = format_to(line, sizeof(line),
		      "[%llu lines lost: the log was full]\n",
		      (unsigned long long)(now - before));
	emit_line(line, n);
}

static void show(const struct log_record *r)
{
	char line[LOG_LINE_MAX];

	if (r->level == LOG_CONSOLE_TEXT)
		drain_emit(r->text, r->length);
	else if (r->level <= log_console_level())
		emit_line(line, log_format_line(r, line));
}

uint64_t drain_cursor(void)
{
	/* relaxed: the log's own states order what is read at a position */
	return load_relaxed(&cursor);
}

static void move_cursor(uint64_t from, uint64_t to)
{
	/* relaxed: as above */
	cas_relaxed(&cursor, &from, to);
}

static void skip_lost(uint64_t at)
{
	uint64_t to = log_ring_oldest(&kernel_log);

	if (to <= at)
		to = at + 1;
	fetch_add_relaxed(&overwritten, to - at);	/* relaxed: a counter */
	move_cursor(at, to);
}

/* Shows the line at the cursor; false: there is none to be shown now. */
static bool drain_one(void)
{
	struct log_record r;
	uint64_t at = drain_cursor();

	switch (log_ring_read(&kernel_log, at, &r)) {
	case LOG_READ_OK:
		report_losses();
		show(&r);
		move_cursor(at, at + 1);
		return true;
	case LOG_READ_OVERWRITTEN:
		skip_lost(at);
		return true;
	case LOG_READ_UNFINISHED:
		if (!drain_in_panic())
			return false;
		log_ring_give_up(&kernel_log, at);
		skip_lost(at);
		return true;
	default:
		report_losses();
		return false;
	}
}

/* There is something that console_drain() would do. */
static bool pending(void)
{
	/* a newer drainer may move it, and then looks for itself */
	switch (log_ring_peek(&kernel_log, drain_cursor())) {
	case LOG_READ_OK:
	case LOG_READ_OVERWRITTEN:
		return true;
	case LOG_READ_UNFINISHED:
		return false;
	default:
		/* relaxed: as for the cursor */
		return lost_so_far() != load_relaxed(&reported);
	}
}

static bool writer_waits(void)
{
	/* relaxed: ordered by the fences of [E] */
	return load_relaxed(&waiting) && !drain_in_panic();
}

/* The caller cannot be preempted. */
void console_drain(void)
{
	do {
		/* our line before the look; pairs with the fence below */
		fence_seq_cst();			/* [E] */
		if (writer_waits() || !try_own())
			return;
		while (is_mine() && !writer_waits() && drain_one())
			;
		disown();
		/* disown before the look; pairs with the fence above */
		fence_seq_cst();			/* [E] */
	} while (!drain_in_panic() && pending());
}

void console_take_over(void)
{
	xchg_acquire(&drainer, PANIC + me());		/* [C] */
}

/* The caller is preemptible, so it holds no lock that a drainer may want. */
void drain_own(void)
{
	preempt_disable();
	fetch_add_relaxed(&waiting, 1);	/* relaxed: a hint until [E] */
	while (!try_own())
		cpu_relax();
	/* relaxed: the fence comes in console_drain(), [E] */
	fetch_add_relaxed(&waiting, -1u);
}

void drain_disown(void)
{
	disown();
	console_drain();
	preempt_enable();
}

/*
 * A line that is still being written is waited for: its producer runs on
 * another CPU, and is not preempted before it commits.
 */
void drain_below(uint64_t position)
{
	while (is_mine() && drain_cursor() < position)
		if (!drain_one())
			cpu_relax();
}

void drain_add(struct console *c)
{
	/* relaxed: registrations are ordered by owning the drain, [C] */
	c->next = load_relaxed(&consoles);
	store_release(&consoles, c);			/* [F] */
}
