/*
 * kernel/shell/shell.h - commands, and the loop that runs them.
 *
 * Guarantees  COMMAND("name", "args", "one line of help", fn) in any .c file
 *             of the kernel adds a command; nothing else has to know it.
 *             fn(argc, argv) is called in the shell's thread with argv[0] the
 *             name and argv[argc] NULL; it may write to the strings of argv
 *             and may sleep.
 *             fn returns 0, or after it has said what was wrong a negative
 *             errno; on -EINVAL the shell adds how the command is used.
 *             Optionally `, .complete = fn` supplies candidates for the
 *             word under the cursor when the user presses Tab.
 *             Lines typed or pasted while a command runs are run after it.
 * Context     Output through console_printf(), at most 80 columns a line.
 * See         kernel/shell/shell.c, docs/05-shell.md
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

struct completion;		/* kernel/shell/complete.h */

struct command {
	const char *name;
	const char *args;	/* as help shows them: "[glob]", "<cpu> ..." */
	const char *help;
	int (*run)(int argc, char **argv);

	/*
	 * The words before the cursor are argv[0] .. argv[argc - 1]; argv[argc]
	 * is the beginning of the one to complete.  Calls completion_add().
	 */
	void (*complete)(struct completion *c, int argc, char **argv);
};

#define COMMAND(name_, args_, help_, run_, ...) \
	static const struct command command_##run_ \
		in_section("shell_commands") aligned_to(8) = { \
			.name = name_, .args = args_, .help = help_, \
			.run = run_, ##__VA_ARGS__ }

extern const struct command __start_shell_commands[];
extern const struct command __stop_shell_commands[];

#define command_for_each(c) \
	for (const struct command *c = __start_shell_commands; \
	     c < __stop_shell_commands; c++)

const struct command *command_find(const char *name);

/* For .complete: the names of all commands. */
void command_offer_all(struct completion *c);

/* Ctrl-C was typed since the command began: stop soon, say so, return. */
bool shell_stopped(void);

/* What was typed before, newest at age 1; NULL: no more. */
const char *shell_history(unsigned age);

/* What test and stress draw from unless they are given a seed of their own. */
uint64_t shell_seed(void);
void shell_set_seed(uint64_t seed);

/* Reads and runs commands for ever.  Context: a thread of its own. */
void shell_run(void) never_returns;
