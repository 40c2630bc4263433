/*
 * kernel/shell/cmd_help.c - help, history, echo, clear.
 */
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/format.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "kernel/suggest.h"

#define USAGE	76		/* with its indentation, one line */
#define COLUMN	25

static void explain(const struct command *c)
{
	char usage[USAGE];
	size_t n = format_to(usage, sizeof(usage), "%s %s", c->name, c->args);

	if (n > COLUMN)		/* a line of its own */
		console_printf("  %s\n  %-*s", usage, COLUMN, "");
	else
		console_printf("  %-*s", COLUMN, usage);
	console_printf("  %s\n", c->help);
}

/* Sorted, which the section is not. */
static void explain_all(void)
{
	static struct completion names;

	completion_start(&names, "");
	command_offer_all(&names);
	for (unsigned i = 0; i < names.count; i++)
		explain(command_find(names.word[i]));
	console_printf("Words may be quoted, commands separated by `;`.  "
		       "Arrows, Home, End and the\nusual Ctrl keys edit; "
		       "Up and Down bring back what was typed.\n");
}

static int help_unknown(const char *name)
{
	struct suggestion s;

	suggest_begin(&s, name);
	command_for_each(c)
		suggest_offer(&s, c->name);
	console_printf("help: there is no command `%.40s`", name);
	if (s.best)
		console_printf("; did you mean `%s`?", s.best);
	console_printf("\n");
	return -ENOENT;
}

static int cmd_help(int argc, char **argv)
{
	const struct command *c;

	if (argc > 2)
		return -EINVAL;
	if (argc == 1) {
		explain_all();
		return 0;
	}
	c = command_find(argv[1]);
	if (!c)
		return help_unknown(argv[1]);
	explain(c);
	return 0;
}

static void complete_help(struct completion *c, int argc, char **argv)
{
	(void)argv;
	if (argc == 1)
		command_offer_all(c);
}

COMMAND("help", "[command]", "what can be typed", cmd_help,
	.complete = complete_help);

static int cmd_history(int argc, char **argv)
{
	unsigned age = 0;

	(void)argv;
	if (argc > 1)
		return -EINVAL;
	while (shell_history(age + 1))
		age++;
	for (; age; age--)
		console_printf("%4u  %s\n", age, shell_history(age));
	return 0;
}

COMMAND("history", "", "what was typed, and how many lines ago", cmd_history);

/* A word may be longer than console_printf() takes. */
static void say(const char *word, const char *behind)
{
	console_write(word, strlen(word));
	console_write(behind, strlen(behind));
}

static int cmd_echo(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		say(argv[i], i + 1 < argc ? " " : "");
	console_write("\n", 1);
	return 0;
}

COMMAND("echo", "[word ...]", "say the words", cmd_echo);

static int cmd_clear(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	console_printf("\x1b[H\x1b[2J");
	return 0;
}

COMMAND("clear", "", "clear the screen", cmd_clear);
