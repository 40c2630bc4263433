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
	  "16-locks-compared", demo_counter },
	{ "locks", "each lock: who gets in, and how often in a row",
	  "16-locks-compared", demo_locks },
	{ "readers", "reader-writer locks: how many read at once",
	  "21-rwlock", demo_readers },
	{ "seqlock", "readers that write nothing, and read again instead",
	  "24-seqlock", demo_seqlock },
	{ "latch", "an interrupt reads what it interrupted the writing of",
	  "24-seqlock", demo_latch },
	{ "percpu", "a count that all CPUs add to: one word, or one each",
	  "20-percpu-counter", demo_percpu },
	{ "barriers", "nobody goes on before all have come",
	  "25-barriers", demo_barriers },
	{ "waitq", "whom a wake-up wakes: all, or one",
	  "30-waitq", demo_waitq },
	{ "completion", "waiting for work that others do",
	  "32-completion", demo_completion },
	{ "semaphore", "at most so many at once",
	  "31-semaphore", demo_semaphore },
	{ "mutex", "spin while the owner runs, sleep while it sleeps",
	  "33-mutex", demo_mutex },
	{ "condvar", "a small buffer between makers and takers",
	  "34-condvar", demo_condvar },
	{ "rwsem", "readers together, writers alone, and a downgrade",
	  "35-rwsem", demo_rwsem },
	{ "lists", "the same list under locks, with references, with RCU",
	  "78-two-answers", demo_lists },
	{ "routes", "a million lookups in a table that changes and is resized",
	  "66-rcu-hash", demo_routes },
};

bool demo_run(const char *name)
{
	for (unsigned i = 0; i < ARRAY_LEN(demos); i++) {
		if (strcmp(demos[i].name, name))
			continue;
		demos[i].run();
		if (shell_stopped())
			console_printf("(Stopped: the numbers are those of a "
				       "shorter run.)\n");
		console_printf("Read on: docs/%s.md\n", demos[i].chapter);
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
	console_printf("demo: there is no `%.40s`", name);
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
