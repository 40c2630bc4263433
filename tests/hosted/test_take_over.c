/*
 * tests/hosted/test_take_over.c - a panic takes the drain from a busy CPU.
 *
 * A takeover is for ever, so each test runs in a process of its own.  CPU 0 is
 * held inside a console's write(), half a line written; CPU 1 takes over; then
 * CPU 0 goes on, as one does that did not answer the NMI.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hosted/log_world.h"
#include "tests/worlds/threads/world.h"

#include "kernel/console.h"
#include "kernel/log.h"
#include "kernel/test.h"
#include "arch/atomic.h"
#include "arch/cpu.h"

#define LINES	10
#define PIECES	4096		/* more than a replay has */
#define STUCK	5		/* this line of CPU 0 is cut */

static struct atomic32 held, let_go, gone_on, too_far;

/* What the console was given, piece by piece, and by whom. */
static struct {
	unsigned cpu;
	char text[128];
} piece[PIECES];
static struct atomic32 pieces;

static void keep(const char *text, size_t n)
{
	uint32_t i = fetch_add_acq_rel(&pieces, 1);

	if (i >= PIECES)
		_exit(2);
	piece[i].cpu = cpu_id();
	snprintf(piece[i].text, sizeof(piece[i].text), "%.*s", (int)n, text);
}

static void half_write(const char *text, size_t n)
{
	if (cpu_id() != 0 || load_acquire(&held) || !strstr(text, "line 5")) {
		keep(text, n);
		return;
	}
	keep(text, n / 2);
	store_release(&held, 1);
	while (!load_acquire(&let_go))
		cpu_relax();
	keep(text + n / 2, n - n / 2);
}

/* Comes after half_console; what CPU 0 brings here is what it should not. */
static void next_write(const char *text, size_t n)
{
	(void)text;
	(void)n;
	if (cpu_id() == 0 && load_acquire(&let_go))
		fetch_add_acq_rel(&too_far, 1);
}

static struct console next_console = { .name = "next", .write = next_write };
static struct console half_console = { .name = "half", .write = half_write };

static unsigned said(const char *what, unsigned from)
{
	unsigned n = 0;

	for (unsigned i = from; i < load_acquire(&pieces); i++)
		n += piece[i].cpu == 1 && strstr(piece[i].text, what) &&
		     strchr(piece[i].text, '\n');
	return n;
}

static unsigned pieces_of(unsigned cpu, unsigned from)
{
	unsigned n = 0;

	for (unsigned i = from; i < load_acquire(&pieces); i++)
		n += piece[i].cpu == cpu;
	return n;
}

static bool all_right(unsigned from)
{
	char text[32];
	bool ok = pieces_of(0, from) == 1;	/* the rest of what was cut */

	ok = ok && !strcmp(piece[from].text, "\n");
	ok = ok && strstr(piece[from + 1].text, "line 5\n");
	for (unsigned i = STUCK; i < LINES; i++) {
		snprintf(text, sizeof(text), "line %u\n", i);
		ok = ok && said(text, from) == 1;
	}
	ok = ok && said("left 0\n", from) == 1 && said("left 1\n", from) == 1;
	ok = ok && said("later\n", from) == 1 && !load_acquire(&too_far);
	return ok && said("panic\n", from) == 1;
}

/* A line that waits for CPU 1, while CPU 0 goes on. */
static void append_later(void)
{
	struct log_record r = { .level = LOG_INFO, .length = 5,
				.text = "later" };

	log_ring_append(&kernel_log, &r);
}

static void take_over(void)
{
	unsigned from;
	bool ok;

	while (!load_acquire(&held))
		cpu_relax();
	pr_info("left 0");
	pr_info("left 1");
	from = load_acquire(&pieces);
	console_take_over();
	pr_info("panic");
	ok = said("panic\n", from) == 1;
	append_later();
	store_release(&let_go, 1);
	while (!load_acquire(&gone_on))
		cpu_relax();
	console_drain();
	_exit(ok && all_right(from) ? 0 : 1);
}

static void act(void *unused)
{
	(void)unused;
	if (cpu_id() == 1)
		take_over();
	for (unsigned i = 0; i < LINES; i++)
		pr_info("line %u", i);
	store_release(&gone_on, 1);
	for (;;)		/* ended by CPU 1's exit */
		cpu_relax();
}

static bool succeeds(void (*fn)(void))
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		capture_begin();
		fn();
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static void cut_and_go_on(void)
{
	alarm(20);
	console_register(&next_console);
	console_register(&half_console);
	store_release(&pieces, 0);
	world_run(2, act, NULL);
}

TEST("hosted/take_over", test_take_over_repeats_the_cut_line_and_loses_none)
{
	check(t, succeeds(cut_and_go_on));
}

/* a CPU stopped between reserve and commit */

static void give_up_unfinished(void)
{
	uint64_t at = log_ring_head(&kernel_log);
	struct atomic64 *state = (struct atomic64 *)
		((char *)kernel_log.memory +
		 LOG_SLOT * (1 + at % kernel_log.slots));
	unsigned lines = 2 * kernel_log.slots, shown = 0;

	alarm(20);
	world_cpu = 1;
	console_register(&half_console);
	store_release(state, 2 * (at / kernel_log.slots) + 1);
	console_take_over();
	for (unsigned i = 0; i < lines; i++) {
		store_release(&pieces, 0);
		pr_info("behind");
		shown += said("behind\n", 0);
	}
	_exit(shown == lines ? 0 : 1);
}

TEST("hosted/take_over", test_take_over_gives_up_an_uncommitted_line)
{
	check(t, succeeds(give_up_unfinished));
}
