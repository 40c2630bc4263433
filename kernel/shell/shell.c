/*
 * kernel/shell/shell.c - read a line, cut it into commands, run them.
 *
 * Invariant   Everything here belongs to the one thread that runs the shell;
 *             other threads and interrupts reach it only through input.c.
 */
#include "kernel/shell/shell.h"

#include "arch/cpu.h"
#include "arch/x86_64/marker.h"
#include "arch/x86_64/serial.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/history.h"
#include "kernel/shell/input.h"
#include "kernel/shell/line.h"
#include "kernel/shell/ring.h"
#include "kernel/shell/words.h"
#include "kernel/string.h"
#include "kernel/suggest.h"

#define PROMPT		"quiesce> "
#define COLUMNS		80

static struct history history;
static struct completion completion;
static uint64_t seed = 1;

const struct command *command_find(const char *name)
{
	command_for_each(c)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

void command_offer_all(struct completion *to)
{
	command_for_each(c)
		completion_add(to, c->name);
}

bool shell_stopped(void)
{
	return input_stopped();
}

const char *shell_history(unsigned age)
{
	return history_get(&history, age);
}

uint64_t shell_seed(void)
{
	return seed;
}

void shell_set_seed(uint64_t to)
{
	seed = to;
}

/* The last command before the cursor, and which of its words is typed. */
static void complete(struct completion *c, const char *text, size_t cursor)
{
	static char copy[LINE_BYTES];
	static char nothing[1];
	static struct words w;
	const struct command *command;

	memcpy(copy, text, cursor);
	copy[cursor] = 0;
	words_split(&w, copy);
	while (w.rest)		/* ends: rest moves towards the end of copy */
		words_split(&w, w.rest);
	if (!w.open && w.argc < WORDS_MAX)
		w.argv[w.argc++] = nothing;
	if (w.argc == 0)
		w.argv[w.argc++] = nothing;
	completion_start(c, w.argv[w.argc - 1]);
	if (w.argc == 1) {
		command_offer_all(c);
		return;
	}
	command = command_find(w.argv[0]);
	if (command && command->complete)
		command->complete(c, w.argc - 1, w.argv);
}

static void complain(const char *name)
{
	struct suggestion s;

	suggest_begin(&s, name);
	command_for_each(c)
		suggest_offer(&s, c->name);
	if (s.best)
		console_printf("%.40s: no such command; did you mean `%s`?\n",
			       name, s.best);
	else
		console_printf("%.40s: no such command; `help` lists them\n",
			       name);
}

static void run(struct words *w)
{
	const struct command *command = command_find(w->argv[0]);

	if (!command)
		complain(w->argv[0]);
	else if (command->run(w->argc, w->argv) == -EINVAL)
		console_printf("usage: %s %s\n", command->name, command->args);
}

/* A Ctrl-C ends the rest of the line too. */
static void execute(char *text)
{
	struct words w;

	input_clear_stop();
	do {
		words_split(&w, text);
		if (w.error) {
			console_printf("%s\n", w.error);
			return;
		}
		if (w.argc)
			run(&w);
		text = w.rest;
	} while (text && !input_stopped());	/* each turn shortens text */
}

static void report_losses(void)
{
	static uint64_t overruns_seen;
	uint64_t dropped = input_take_dropped();
	uint64_t overruns = serial_overruns();

	if (dropped)
		console_printf("(%lu bytes of input were lost: more than %u "
			       "were waiting)\n", dropped, RING_BYTES);
	if (overruns != overruns_seen)
		console_printf("(input was lost: the serial port overran "
			       "%lu times)\n", overruns - overruns_seen);
	overruns_seen = overruns;
}

static void emit(const char *text, size_t n)
{
	console_write(text, n);
}

static struct line line = {
	.prompt = PROMPT,
	.columns = COLUMNS,
	.emit = emit,
	.complete = complete,
	.completion = &completion,
	.history = &history,
};

static enum line_event read_line(void)
{
	enum line_event event;

	line_start(&line);
	marker(MARKER_PROMPT);
	do
		event = line_byte(&line, input_read());
	while (event == LINE_MORE);	/* ended by who types */
	return event;
}

static void banner(void)
{
	console_printf("\nThis is Quiesce, with %u of %u CPUs online.\n"
		       "`help` lists what you can type, Tab completes it, "
		       "Ctrl-C stops it.\n\n",
		       cpumask_count(&cpus_online),
		       cpumask_count(&cpus_possible));
}

void shell_run(void)
{
	banner();
	for (;;) {		/* ended by poweroff, reboot or a panic */
		enum line_event event = read_line();

		if (event == LINE_END)
			console_printf("(`poweroff` switches it off)\n");
		if (event == LINE_DONE && line.lost) {
			console_printf("the line is %lu bytes too long: "
				       "nothing was run\n", line.lost);
		} else if (event == LINE_DONE) {
			history_add(&history, line.text);
			execute(line.text);
		}
		report_losses();
	}
}
