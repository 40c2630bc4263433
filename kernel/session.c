/*
 * kernel/session.c - tests first, then the shell.
 */
#include "kernel/session.h"

#include "arch/x86_64/acpi.h"
#include "arch/x86_64/debugexit.h"
#include "arch/x86_64/power.h"
#include "kernel/cmdline.h"
#include "kernel/console.h"
#include "kernel/printk.h"
#include "kernel/shell/demo.h"
#include "kernel/shell/input.h"
#include "kernel/shell/shell.h"
#include "kernel/test.h"
#include "sched/random.h"

static void leave(bool passed)
{
	console_flush();
	debug_exit(passed ? EXIT_PASS : EXIT_FAIL);
	power_off();
}

void session_run(const struct acpi_info *acpi, const struct cmdline *cmdline)
{
	input_init(acpi->power.has_8042);
	if (cmdline->has_seed)
		shell_set_seed(cmdline->seed);
	if (cmdline->test[0]) {
		bool passed = test_run(cmdline->test, cmdline->has_seed
				       ? cmdline->seed : random_u64());

		if (cmdline->exit)
			leave(passed);
	}
	if (cmdline->demo[0] && !demo_run(cmdline->demo))
		pr_warn("command line: there is no demo `%s`", cmdline->demo);
	shell_run();
}
