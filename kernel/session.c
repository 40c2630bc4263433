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
#include "kernel/string.h"
#include "kernel/test.h"
#include "sched/random.h"
#include "sync/lockdep.h"

static void leave(bool passed)
{
	console_flush();
	debug_exit(passed ? EXIT_PASS : EXIT_FAIL);
	power_off();
}

/* By their names: tests of twins, which are broken on purpose. */
static bool is_of_twins(const char *name)
{
	return string_glob("*_caught", name) || string_glob("*_found*", name)
	       || string_glob("*_finds_*", name)
	       || string_glob("*_goes_red*", name);
}

/* Where the rules are not broken on purpose, the judge finds nothing. */
static const char *judge_test(const char *name, enum test_phase phase)
{
	static unsigned before;
	static bool muted;
	bool mute = phase == TEST_BREAKS_RULES ||
		    (phase == TEST_BEGINS && is_of_twins(name));

	/* tests leave locks of their stack, and broken ones, as they are */
	if (watch_on() && phase == TEST_ENDS)
		lockdep_let_go();
	if (watch_on() && mute != muted) {
		lockdep_mute(mute);
		muted = mute;
	}
	if (phase == TEST_BEGINS)
		before = lockdep_findings();
	return lockdep_findings() == before ? NULL :
	       "lockdep has found something: see above";
}

void session_run(const struct acpi_info *acpi, const struct cmdline *cmdline)
{
	input_init(acpi->power.has_8042);
	test_around(judge_test);
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
