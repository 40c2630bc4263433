/*
 * kernel/shell/demo.c - the table of demos, and the command.
 */
#include "kernel/shell/demo.h"

#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "kernel/suggest.h"

static const struct demo demos[] = {
	{ "counter", "counter++ on every CPU, without a lock and with one",
	  demo_counter },
};

bool demo_run(const char *name)
{
	for (unsigned i = 0; i < ARRAY_LEN(demos); i++) {
		if (strcmp(demos[i].name, name))
			continue;
		demos[i].run();
		return true;
	}
	return false;
}

static int demo_unknown(const char *name)
{
	struct suggestion s;

	suggest_begin(&s, name);
	for (unsigned i = 0; i < ARRAY_LEN(demos); i++)
		suggest_offer(&s, demos[i].name);
	console_printf("demo: there is no `%s`", name);
	if (s.best)
		console_printf("; did you mean `%s`?\n", s.best);
	else
		console_printf("; `demo` lists what there is\n");
	return -ENOENT;
}

static int cmd_demo(int argc, char **argv)
{
	if (argc > 2)
		return -EINVAL;
	if (argc == 2)
		return demo_run(argv[1]) ? 0 : demo_unknown(argv[1]);
	for (unsigned i = 0; i < ARRAY_LEN(demos); i++)
		console_printf("  %-12s %s\n", demos[i].name, demos[i].help);
	return 0;
}

static void complete_demo(struct completion *c, int argc, char **argv)
{
	(void)argv;
	for (unsigned i = 0; argc == 1 && i < ARRAY_LEN(demos); i++)
		completion_add(c, demos[i].name);
}

COMMAND("demo", "[name]", "see what goes wrong, and what mends it", cmd_demo,
	.complete = complete_demo);
